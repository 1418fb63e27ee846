// a function that nobody described is told where it is called first, and so is a table that cannot be followed
#include <croft.h>

int mystery(int *p);
extern int (*table[2])(int *);

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    int sum = mystery(p); // error: R0902
    sum += mystery(p);
    return sum;
}

int second(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    return mystery(p);
}

int third(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    int sum = table[0](p); // error: R0906
    sum += table[1](p);
    return sum;
}
