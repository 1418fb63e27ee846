// an object of a region is given to free, and another to realloc
#include <croft.h>
#include <stdlib.h>
int work(void)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    int result = *p;
    free((void *)p); // error: R0405
    int *q = CROFT_NEW(r, int);
    q = realloc(q, 8); // error: R0405
    return result + (q != NULL);
}
