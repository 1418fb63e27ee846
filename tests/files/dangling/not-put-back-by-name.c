// a callee overwrites a global through a pointer
#include <croft.h>
static int *current;

__attribute__((noinline)) void clear(int **place)
{
    *place = 0;
}

void work(int n)
{
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    *number = n;
    current = number;
    *current += 1;
    clear(&current);
}
