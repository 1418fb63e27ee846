// a callee resets another region than the one whose object is used
#include <croft.h>

__attribute__((noinline)) static void clean(croft_region r)
{
    croft_reset(r);
}

int work(void)
{
    CROFT_REGION(r);
    CROFT_REGION(scratch);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    clean(scratch);
    return *p;
}
