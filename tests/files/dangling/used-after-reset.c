// a reset ends values too: one is written after it
#include <croft.h>

void work(void)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    croft_reset(r);
    *p = 2; // error: R0403 "written after the region ended"
}
