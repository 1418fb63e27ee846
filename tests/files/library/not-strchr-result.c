// a place in a text is used before the text ends, and the result for another text lives on
#include <croft.h>
#include <string.h>

char work(const char *name)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 64);
    strncpy(text, name, 64);
    char *dot = strchr(text, '.');
    char found = *dot;
    char *other = strchr(name, '.');
    croft_pop(r);
    return found + *other;
}
