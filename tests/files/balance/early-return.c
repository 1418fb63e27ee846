// an early return forgets the pop
// flags: only-O0 because the optimiser merges the two returns, and blames the condition
#include <croft.h>

int work(int n)
{
    croft_region r = croft_push();
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    if (*p < 0)
        return -1; // error: R0201
    n = *p;
    croft_pop(r);
    return n;
}
