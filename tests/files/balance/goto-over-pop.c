// a goto jumps over the pop
// flags: only-O0 because the optimiser merges the two returns, and blames the condition
#include <croft.h>

int work(int n)
{
    croft_region r = croft_push();
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    if (*p < 0)
        goto out;
    croft_pop(r);
    return 1;
out:
    return 0; // error: R0201
}
