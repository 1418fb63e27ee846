// the functions in a constant table only read
#include <croft.h>

static int look(int *p) { return *p; }
static int doubled(int *p) { return *p * 2; }
static int (*const table[])(int *) = {look, doubled};

int work(unsigned which)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    return table[which & 1](p);
}
