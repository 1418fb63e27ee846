// after a reset the region hands out new objects, which live
#include <croft.h>

void work(void)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    croft_reset(r);
    p = CROFT_NEW(r, int);
    *p = 2;
}
