// a break leaves the loop with the iteration's region open
// flags: only-O0 because the optimiser merges the break with its condition
#include <croft.h>

int work(int n)
{
    croft_region r;
    volatile int *p;
    int i;
    for (i = 0; i < n; i++) {
        r = croft_push();
        p = CROFT_NEW(r, int);
        *p = i;
        if (*p == 7)
            break; // error: R0201
        croft_pop(r);
    }
    return i;
}
