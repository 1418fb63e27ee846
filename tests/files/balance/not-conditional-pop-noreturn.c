// ways out that never return may leave regions open: exit, abort, trap
#include <croft.h>
#include <stdlib.h>

int work(int n)
{
    croft_region r = croft_push();
    volatile int *p = CROFT_TRY_NEW(r, int);
    if (!p)
        abort();
    *p = n;
    if (*p == 1)
        exit(1);
    if (*p == 2)
        __builtin_trap();
    n = *p;
    croft_pop(r);
    return n;
}
