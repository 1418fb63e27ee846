// Functions of another file leave none, leave as many as the kernel allows, or are called where no kernel is.
#include <croft.h>
CROFT_EFFECTS("put(arg0); cleanup(arg0); store(arg1 -> in(arg0)); nounwind") void watch(croft_region r, int *p);
CROFT_EFFECTS("put(arg0); get(arg1); nounwind") void watch_briefly(croft_region r, int *p);
CROFT_EFFECTS("put(arg0); cleanup(arg0, 3); nounwind") void watch_three(croft_region r);
CROFT_EFFECTS("open(return); cleanup(return); nounwind") croft_region begin_watched(void);
CROFT_EFFECTS("cleanups(2); nounwind") void inside(int n);
CROFT_KERNEL void first(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    watch_briefly(r, p);
    croft_pop(r);
}
CROFT_KERNEL CROFT_CLEANUPS(4) void second(int n)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = n;
    watch_three(r);
    watch(r, p);
    croft_reset(r);
    croft_pop(r);
}
CROFT_KERNEL CROFT_CLEANUPS(1) void third(void)
{
    croft_region r = begin_watched();
    croft_pop(r);
}
CROFT_KERNEL CROFT_CLEANUPS(2) void fourth(int n)
{
    inside(n);
}
void elsewhere(int n)
{
    croft_region r = begin_watched();
    int *p = CROFT_NEW(r, int);
    *p = n;
    watch(r, p);
    inside(n);
    croft_pop(r);
}
