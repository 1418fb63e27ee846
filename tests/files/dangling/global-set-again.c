// a global is cleared, and set again before the end, by a callee
#include <croft.h>

int *current;

__attribute__((noinline)) static void set(int *p)
{
    current = p;
}

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    current = NULL;
    set(p); // error: R0402
    return *p;
}
