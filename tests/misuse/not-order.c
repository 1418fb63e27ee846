// The same in order; allocations into both, and a reset of the outer one, are right meanwhile.
#include <croft.h>
#include <stdio.h>
int main(void)
{
    croft_region outer = croft_push();
    croft_region inner = croft_push();
    int *a = CROFT_NEW(outer, int);
    int *b = CROFT_NEW(inner, int);
    *a = 1;
    *b = 2;
    printf("%d\n", *a + *b);
    croft_reset(outer);
    a = CROFT_NEW(outer, int);
    *a = 3;
    printf("%d\n", *a + *b);
    croft_pop(inner);
    croft_pop(outer);
}
//= 3
//= 5
