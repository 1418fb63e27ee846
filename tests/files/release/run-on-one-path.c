// The cleanup of a kernel runs early on one path only.
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
    croft_registration cleanup = croft_register_cleanup(r, p, clear);
    if (n > 3)
        croft_run_cleanup(cleanup);
    croft_pop(r); // error: R0601 "a cleanup left"
}
