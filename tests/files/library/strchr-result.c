// a place in a text is used after the text has ended
#include <croft.h>
#include <string.h>

char work(const char *name)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 64);
    strncpy(text, name, 64);
    char *dot = strchr(text, '.');
    croft_pop(r);
    return *dot; // error: R0403
}
