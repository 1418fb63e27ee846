// the loop resets one region and allocates into another
#include <croft.h>

void work(int n)
{
    CROFT_REGION(kept);
    CROFT_REGION(scratch);
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(kept, int); // error: R0301
        *p = i;
        croft_reset(scratch);
    }
}
