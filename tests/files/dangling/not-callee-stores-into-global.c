// a callee keeps a copy in a global, and pointers to what lives for ever
#include <croft.h>

const int *kept;
int copy;

__attribute__((noinline)) static void keep(const int *p)
{
    copy = *p;
    kept = &copy;
}

void work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    keep(p);
}
