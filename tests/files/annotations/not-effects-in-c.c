// effects in C on definitions that keep them
#include <croft.h>

CROFT_EFFECTS("put(arg0); return(in(arg0)); nounwind")
int *fill(croft_region r)
{
    return CROFT_NEW(r, int);
}

CROFT_BOUNDED_PARAM(1)
void grow(int n, croft_region r)
{
    while (n-- > 0) {
        volatile int *p = CROFT_NEW(r, int);
        *p = n;
    }
}
