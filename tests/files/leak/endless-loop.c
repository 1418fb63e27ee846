// an endless loop that never lets its region go is the worst leak
#include <croft.h>

volatile int input;

void work(void)
{
    CROFT_REGION(r);
    for (;;) {
        volatile int *p = CROFT_NEW(r, int); // error: R0301
        *p = input;
    }
}
