// The kernel allows one, and on the other path none is left.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
CROFT_KERNEL CROFT_CLEANUPS(1) void kernel(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    croft_registration cleanup = croft_register_cleanup(r, p, clear);
    if (n > 3)
        croft_run_cleanup(cleanup);
    croft_pop(r);
}
