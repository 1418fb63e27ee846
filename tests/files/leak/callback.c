// a loop in a function that calls back: its caller passes a function that allocates
#include <croft.h>

static void record(croft_region r, long *sum, int n)
{
    int *p = CROFT_NEW(r, int);
    *p = n;
    *sum += *p;
}

__attribute__((noinline)) static void each(int n, void (*f)(croft_region, long *, int), croft_region r, long *sum)
{
    for (int i = 0; i < n; i++)
        f(r, sum, i);
}

long work(int n)
{
    CROFT_REGION(r);
    long sum = 0;
    each(n, record, r, &sum); // error: R0303
    return sum;
}
