// functions that somebody described, called several times
#include <croft.h>

CROFT_EFFECTS("get(arg0); nounwind") int known(int *p);
static int one(int *p) { return *p; }
static int two(int *p) { return *p + 1; }
static int (*const table[2])(int *) = {one, two};

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    int sum = known(p);
    sum += known(p);
    return sum;
}

int second(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    int sum = table[0](p);
    sum += table[1](p);
    return sum;
}
