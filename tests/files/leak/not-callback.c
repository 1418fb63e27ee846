// a loop in a function that calls back, with functions that allocate in regions of their own
#include <croft.h>

static void add(croft_region r, long *sum, int n) { (void)r; *sum += n; }
static void record(croft_region r, long *sum, int n)
{
    (void)r;
    CROFT_REGION(own);
    int *p = CROFT_NEW(own, int);
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
    each(n, add, r, &sum);
    each(n, record, r, &sum);
    return sum;
}
