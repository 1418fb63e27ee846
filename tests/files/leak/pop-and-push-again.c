// a region is ended and opened anew only now and then; the iterations in between pile up
#include <croft.h>

void work(int n)
{
    croft_region r = croft_push();
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(r, int); // error: R0301
        *p = i;
        if (i % 16 == 0) {
            croft_pop(r);
            r = croft_push();
        }
    }
    croft_pop(r);
}
