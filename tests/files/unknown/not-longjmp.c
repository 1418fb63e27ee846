// a call that ends the program leaves nothing behind
#include <croft.h>
#include <stdlib.h>

void work(int n)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    if (*p)
        exit(1);
}
