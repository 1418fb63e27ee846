// a trap ends the program: nothing is skipped
#include <croft.h>
__attribute__((noinline)) void inner(void)
{
    croft_region r = croft_push();
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    __builtin_trap();
}
