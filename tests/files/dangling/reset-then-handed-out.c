// a callee hands an object out through a parameter and resets its region afterwards
#include <croft.h>

__attribute__((noinline)) static void spoil(croft_region r, int **out, int n)
{
    int *p = CROFT_NEW(r, int);
    *p = n;
    *out = p;
    croft_reset(r);
}

int work(int n)
{
    CROFT_REGION(r);
    int *current;
    int total = 0;
    for (int i = 0; i < n; i++) {
        spoil(r, &current, i);
        total += *current; // error: R0907
    }
    return total;
}
