// a callee keeps what it reads from the global while that is set
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
    current = p; // error: R0402
    keep();
    current = NULL;
    return *p;
}
