// a callee resets the region whose object the caller goes on using
#include <croft.h>

__attribute__((noinline)) static void clean(croft_region r)
{
    croft_reset(r);
}

int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    clean(r);
    return *p; // error: R0403
}
