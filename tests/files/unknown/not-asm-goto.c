// assembly with labels that gets nothing of a region, in a function that has none
#include <croft.h>
__attribute__((noinline)) static int jump(int n)
{
    __asm__ goto("" : : "r"(n) : : out);
    n++;
out:
    return n;
}
int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    return jump(*p);
}
