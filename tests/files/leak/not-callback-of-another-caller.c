// fixme: the functions that any caller passes count as passed by every caller
// a function that does not allocate is called back in a loop, and another caller passes one that does, with a budget
#include <croft.h>

static void add(croft_region r, long *sum, int n) { (void)r; *sum += n; }
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
    long sum = 0;
    CROFT_REGION(r);
    each(n, add, r, &sum);
    CROFT_REGION_BOUNDED(b, 4096);
    each(n, record, b, &sum);
    return sum;
}
