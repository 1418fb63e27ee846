// CROFT_REGION ends its region by itself: a pop by hand is one too many
#include <croft.h>

int total;

void work(void)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    total += *p;
    croft_pop(r);
} // error: R0203
