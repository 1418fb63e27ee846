// As many as the kernel allows; in a loop, a region of its own for each.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
CROFT_KERNEL CROFT_CLEANUPS(2) void two(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    croft_cleanup(r, p, clear);
    if (n > 3)
        croft_cleanup(r, p, clear);
    croft_pop(r);
}
CROFT_KERNEL CROFT_CLEANUPS(1) void many(int n)
{
    for (int i = 0; i < n; i++) {
        croft_region r = croft_push_bounded(1000);
        int *p = CROFT_NEW(r, int);
        *p = i;
        croft_cleanup(r, p, clear);
        croft_pop(r);
    }
}
