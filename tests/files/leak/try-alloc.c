// an allocation that may fail leaks as well
#include <croft.h>

int total;

void work(int n)
{
    CROFT_REGION(r);
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_TRY_NEW(r, int); // error: R0301
        if (p == NULL)
            break;
        *p = i;
        total += *p;
    }
}
