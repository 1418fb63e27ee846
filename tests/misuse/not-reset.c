// The same with the new pointer. A region that is reset a million times needs one block at a time.
//pool: 2
#include <croft.h>
#include <stdio.h>
int main(void)
{
    CROFT_REGION(r);
    unsigned sum = 0;
    for (unsigned i = 0; i < 1000000; i++) {
        unsigned *p = CROFT_NEW(r, unsigned);
        *p = i;
        sum += *p;
        croft_reset(r);
    }
    printf("%u\n", sum);
}
//= 1783293664
