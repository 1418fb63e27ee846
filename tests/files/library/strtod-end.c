// strtod stores a place in the text through its second argument
#include <croft.h>
#include <stdlib.h>
#include <string.h>

char work(const char *number, double *value)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 64);
    strncpy(text, number, 64);
    char *end;
    *value = strtod(text, &end);
    croft_pop(r);
    return *end; // error: R0907
}
