// A real-time kernel ends a region with a cleanup left.
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
    croft_cleanup(r, p, clear);
    croft_pop(r); // error: R0601 "a cleanup left"
}
