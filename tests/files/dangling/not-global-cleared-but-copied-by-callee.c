// a callee that is called after the global was cleared
#include <croft.h>

int *current, *kept;

__attribute__((noinline)) static void keep(void)
{
    kept = current;
}

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    current = p;
    int v = *current;
    current = NULL;
    keep();
    return v;
}
