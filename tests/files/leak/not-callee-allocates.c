// the same callee, with a region for each iteration
#include <croft.h>

int total;

__attribute__((noinline)) static int *make(croft_region r, int value)
{
    int *p = CROFT_NEW(r, int);
    *p = value;
    return p;
}

void work(int n)
{
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        total += *make(r, i);
    }
}
