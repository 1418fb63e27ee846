// The cleanup is registered by one callee, in the kernel's region; another callee ends a region of its own with one.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
__attribute__((noinline)) static void watch(croft_region r, int *p)
{
    croft_cleanup(r, p, clear);
}
__attribute__((noinline)) static void inside(int n)
{
    CROFT_REGION(own);
    int *p = CROFT_NEW(own, int);
    *p = n;
    watch(own, p);
}
CROFT_KERNEL void first(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    watch(r, p);
    croft_pop(r); // error: R0601 "a cleanup left"
}
CROFT_KERNEL void second(int n)
{
    inside(n); // error: R0601 "`inside` ends a region"
}
