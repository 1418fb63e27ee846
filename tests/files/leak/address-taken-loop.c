// a function that is static but whose address is known elsewhere has unknown callers, too
#include <croft.h>

int total;

static void fill(croft_region r, int n)
{
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(r, int); // error: R0301
        *p = i;
        total += *p;
    }
}

void (*filler)(croft_region, int) = fill;
