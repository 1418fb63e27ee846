// assembly without pointers into a region: a barrier, a number
#include <croft.h>

int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    __asm__ volatile("" : : : "memory");
    int v = *p;
    __asm__ volatile("" : "+r"(v));
    return v;
}
