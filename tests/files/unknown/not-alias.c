// another name that always is the function's
#include <croft.h>

static int read_it(int *p) { return *p; }
int another_name(int *p) __attribute__((alias("read_it")));

int work(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    return another_name(p);
}
