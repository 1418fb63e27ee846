// A read through a pointer that a callee allocated, after the pop.
#include <croft.h>
#include <stdio.h>
static int *make(croft_region r)
{
    int *p = CROFT_NEW(r, int);
    *p = 42;
    return p;
}
int main(void)
{
    croft_region r = croft_push();
    int *p = make(r);
    croft_pop(r);
    printf("%d\n", *p);
}
//> croft: misuse: read of 4 bytes in memory of a region that has ended
//>   at        stale-read.c:15:20 in main
//>   opened at stale-read.c:12:22 in main
//>   ended at  stale-read.c:14:5 in main
