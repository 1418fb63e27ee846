// a callee resets its region and hands a fresh object out through a parameter
#include <croft.h>

__attribute__((noinline)) static void refill(croft_region r, int **out, int n)
{
    croft_reset(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    *out = p;
}

int work(int n)
{
    CROFT_REGION(r);
    int *current;
    int total = 0;
    for (int i = 0; i < n; i++) {
        refill(r, &current, i);
        total += *current;
    }
    return total;
}
