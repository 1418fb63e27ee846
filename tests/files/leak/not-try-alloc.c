// allocations that may fail, with a region for each iteration; all ways out end it
#include <croft.h>

int total;

int work(int n)
{
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        volatile int *p = CROFT_TRY_NEW(r, int);
        if (p == NULL)
            return -1;
        *p = i;
        total += *p;
    }
    return 0;
}
