// another name that the linker may bind to something else
#include <croft.h>

static int read_it(int *p) { return *p; }
int replaceable(int *p) __attribute__((weak, alias("read_it")));

int work(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    return replaceable(p); // error: R0906
}
