// by hand, a pop for each push
#include <croft.h>

int total;

void work(void)
{
    croft_region r = croft_push();
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    total += *p;
    croft_pop(r);
}
