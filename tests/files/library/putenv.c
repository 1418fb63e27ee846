// the environment keeps the text that putenv is given
#include <croft.h>
#include <stdio.h>
#include <stdlib.h>

void work(int level)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 32);
    snprintf(text, 32, "LEVEL=%d", level);
    putenv(text); // error: R0402
    croft_pop(r);
}
