// an exported function loops over an allocation into its parameter: nobody knows its callers
#include <croft.h>

int total;

void fill(croft_region r, int n)
{
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(r, int); // error: R0301
        *p = i;
        total += *p;
    }
}
