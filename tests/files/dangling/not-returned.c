// pointers that are returned: into the caller's region, an argument, a field of one, a global's
#include <croft.h>

struct pair {
    int *a, *b;
};

int table[4];

int *make(croft_region r)
{
    int *p = CROFT_NEW(r, int);
    *p = 1;
    return p;
}

int *same(int *p)
{
    CROFT_REGION(r);
    volatile int *q = CROFT_NEW(r, int);
    *q = *p;
    return p;
}

int *field(struct pair *pair)
{
    return pair->b;
}

int *entry(int i)
{
    return &table[i & 3];
}
