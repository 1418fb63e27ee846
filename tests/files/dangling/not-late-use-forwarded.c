// a callee's callee writes through the pointer and then resets the region
#include <croft.h>
__attribute__((noinline)) static void set_and_clear(croft_region r, volatile int *p)
{
    *p = 1;
    croft_reset(r);
}
__attribute__((noinline)) static void forward(croft_region r, volatile int *p)
{
    set_and_clear(r, p);
}
void work(void)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    forward(r, p);
}
