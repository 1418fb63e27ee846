// an exported function whose parameter is declared bounded may loop
#include <croft.h>

int total;

CROFT_BOUNDED_PARAM(0)
void fill(croft_region r, int n)
{
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        total += *p;
    }
}
