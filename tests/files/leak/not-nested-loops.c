// both loops have a region of their own, and each allocates where an iteration ends it
#include <croft.h>

int sum(int n)
{
    int total = 0;
    for (int i = 0; i < n; i++) {
        CROFT_REGION(outer);
        volatile int *p = CROFT_NEW(outer, int);
        *p = i;
        for (int j = 0; j < i; j++) {
            CROFT_REGION(inner);
            volatile int *q = CROFT_NEW(inner, int);
            *q = j + *p;
            total += *q;
        }
    }
    return total;
}
