// a break that ends the region first
#include <croft.h>

int work(int n)
{
    int i;
    for (i = 0; i < n; i++) {
        croft_region r = croft_push();
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        if (*p == 7) {
            croft_pop(r);
            break;
        }
        croft_pop(r);
    }
    return i;
}
