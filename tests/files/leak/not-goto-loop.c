// a goto forwards over an allocation is no loop
#include <croft.h>

int total;

void work(int n)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    if (n > 0)
        goto out;
    p = CROFT_NEW(r, int);
    *p = 2;
out:
    total += *p;
}
