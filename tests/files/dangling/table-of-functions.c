// one of the functions in a constant table keeps its argument
#include <croft.h>

int *kept;
static int look(int *p) { return *p; }
static int keep(int *p) { kept = p; return *p; }
static int (*const table[])(int *) = {look, keep};

int work(unsigned which)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    return table[which & 1](p); // error: R0402
}
