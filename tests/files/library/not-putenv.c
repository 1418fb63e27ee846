// setenv copies what it is given
#include <croft.h>
#include <stdio.h>
#include <stdlib.h>

void work(int level)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 32);
    snprintf(text, 32, "%d", level);
    setenv("LEVEL", text, 1);
    croft_pop(r);
}
