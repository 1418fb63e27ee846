// an inline function of the user's opens a region, which its caller forgets
#include <croft.h>

static inline __attribute__((always_inline)) croft_region begin(void)
{
    return croft_push();
}

int work(int n)
{
    croft_region r = begin();
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    return *p; // error: R0201
}
