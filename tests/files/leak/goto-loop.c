// a loop made of goto
#include <croft.h>

int total;

void work(int n)
{
    CROFT_REGION(r);
again:;
    volatile int *p = CROFT_NEW(r, int); // error: R0301
    *p = n;
    total += *p;
    if (--n > 0)
        goto again;
}
