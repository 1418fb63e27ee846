// a callee keeps its argument in a global
#include <croft.h>

const int *kept;

__attribute__((noinline)) static void keep(const int *p)
{
    kept = p;
}

void work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    keep(p); // error: R0402 "global"
}
