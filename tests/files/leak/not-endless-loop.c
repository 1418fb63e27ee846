// an endless loop with a region around it that only the set-up allocates into, and one for each iteration
#include <croft.h>

volatile int input;

void work(void)
{
    CROFT_REGION(tables);
    volatile int *table = CROFT_ARRAY(tables, int, 16);
    for (;;) {
        CROFT_REGION(r);
        volatile int *p = CROFT_NEW(r, int);
        *p = input;
        table[*p & 15]++;
    }
}
