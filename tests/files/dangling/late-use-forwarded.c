// a callee's callee resets the region and then writes through the pointer
#include <croft.h>
__attribute__((noinline)) static void clear_and_set(croft_region r, int *p)
{
    croft_reset(r);
    *p = 1;
}
__attribute__((noinline)) static void forward(croft_region r, int *p)
{
    clear_and_set(r, p);
}
void work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    forward(r, p); // error: R0403
}
