// a region that is ended and opened anew at the end of every iteration never grows past one
#include <croft.h>

void work(int n)
{
    croft_region r = croft_push();
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        croft_pop(r);
        r = croft_push();
    }
    croft_pop(r);
}
