// the loop resets the region that it allocates into, though a younger one is open
#include <croft.h>

void work(int n)
{
    CROFT_REGION(scratch);
    CROFT_REGION(kept);
    volatile int *count = CROFT_NEW(kept, int);
    *count = 0;
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(scratch, int);
        *p = i;
        *count += *p;
        croft_reset(scratch);
    }
}
