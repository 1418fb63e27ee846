// a goto to the one place that ends the region
#include <croft.h>

int work(int n)
{
    int result = -1;
    croft_region r = croft_push();
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    if (*p < 0)
        goto out;
    result = *p;
out:
    croft_pop(r);
    return result;
}
