// a global is set to memory that lives on, by a callee
#include <croft.h>

int *current;
int fallback;

__attribute__((noinline)) static void set(int *p)
{
    current = p;
}

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    set(&fallback);
    return *p;
}
