// inline functions of the user's open and end a region
#include <croft.h>

static inline __attribute__((always_inline)) croft_region begin(void)
{
    return croft_push();
}

static inline __attribute__((always_inline)) void end(croft_region r)
{
    croft_pop(r);
}

int work(int n)
{
    croft_region r = begin();
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    n = *p;
    end(r);
    return n;
}
