// A kernel that allows two cleanups, and a loop that registers any number of them.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
CROFT_KERNEL CROFT_CLEANUPS(2) void three(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    croft_cleanup(r, p, clear);
    croft_cleanup(r, p, clear);
    if (n > 3)
        croft_cleanup(r, p, clear);
    croft_pop(r); // error: R0601 "3 cleanups left"
}
CROFT_KERNEL CROFT_CLEANUPS(2) void many(int n)
{
    croft_region r = croft_push_bounded(1000);
    int *p = CROFT_NEW(r, int);
    *p = n;
    for (int i = 0; i < n; i++)
        croft_cleanup(r, p, clear);
    croft_pop(r); // error: R0601 "cleanups left"
}
