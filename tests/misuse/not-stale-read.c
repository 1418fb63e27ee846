// The same, read in time.
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
    printf("%d\n", *p);
    croft_pop(r);
}
//= 42
