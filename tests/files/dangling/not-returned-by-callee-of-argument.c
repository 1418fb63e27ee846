// a user's function returns its argument, which leads into the caller's region
#include <croft.h>

__attribute__((noinline)) static int *positive(int *p)
{
    if (*p < 0)
        *p = 0;
    return p;
}

int *make(croft_region outer, int value)
{
    CROFT_REGION(r);
    int *scratch = CROFT_NEW(r, int);
    *scratch = value;
    int *p = CROFT_NEW(outer, int);
    *p = *positive(scratch);
    return positive(p);
}
