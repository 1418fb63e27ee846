// It has run, was cancelled, or the region was reset meanwhile in a function that is no kernel's.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
CROFT_KERNEL void kernel(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    croft_registration first = croft_register_cleanup(r, p, clear);
    croft_registration second = croft_register_cleanup(r, p, clear);
    if (n > 3)
        croft_cancel_cleanup(first);
    else
        croft_run_cleanup(first);
    croft_run_cleanup(second);
    croft_pop(r);
}
void other(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    croft_cleanup(r, p, clear);
}
