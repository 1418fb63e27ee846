// a callee overwrites a global through a pointer, and puts back by its name what was there
#include <croft.h>
static int *current;

__attribute__((noinline)) void clear(int **place)
{
    int *before = current;
    *place = 0;
    current = before;
}

void work(int n)
{
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    *number = n;
    current = number; // error: R0402
    clear(&current);
}
