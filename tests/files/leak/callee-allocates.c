// a callee that allocates once is called in a loop
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
    CROFT_REGION(r);
    for (int i = 0; i < n; i++)
        total += *make(r, i); // error: R0302 "make"
}
