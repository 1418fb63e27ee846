// The callee returns the registration, or the kernel allows one.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
__attribute__((noinline)) static void watch(croft_region r, int *p)
{
    croft_registration cleanup = croft_register_cleanup(r, p, clear);
    *p += 1;
    croft_run_cleanup(cleanup);
}
__attribute__((noinline)) static void inside(int n)
{
    CROFT_REGION(own);
    int *p = CROFT_NEW(own, int);
    *p = n;
    croft_cleanup(own, p, clear);
}
CROFT_KERNEL void first(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    watch(r, p);
    croft_pop(r);
}
CROFT_KERNEL CROFT_CLEANUPS(1) void second(int n)
{
    inside(n);
}
