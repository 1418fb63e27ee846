// Functions of another file register cleanups in the kernel's region, in one that they open, and run one in one of their own.
#include <croft.h>
CROFT_EFFECTS("put(arg0); cleanup(arg0); store(arg1 -> in(arg0)); nounwind") void watch(croft_region r, int *p);
CROFT_EFFECTS("put(arg0); cleanup(arg0, 3); nounwind") void watch_three(croft_region r);
CROFT_EFFECTS("open(return); cleanup(return); nounwind") croft_region begin_watched(void);
CROFT_EFFECTS("cleanups(2); nounwind") void inside(int n);
CROFT_KERNEL void first(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    watch(r, p);
    croft_pop(r); // error: R0601 "a cleanup left"
}
CROFT_KERNEL CROFT_CLEANUPS(3) void second(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    watch_three(r);
    watch(r, p);
    croft_reset(r); // error: R0601 "4 cleanups left"
    croft_pop(r);
}
CROFT_KERNEL void third(void)
{
    croft_region r = begin_watched();
    croft_pop(r); // error: R0601 "a cleanup left"
}
CROFT_KERNEL CROFT_CLEANUPS(1) void fourth(int n)
{
    inside(n); // error: R0601 "`inside` ends a region"
}
