// the region lives for an iteration of the outer loop, and the inner loop allocates into it
#include <croft.h>

int sum(int n)
{
    int total = 0;
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        for (int j = 0; j < i; j++) {
            volatile int *p = CROFT_NEW(r, int); // error: R0301
            *p = j;
            total += *p;
        }
    }
    return total;
}
