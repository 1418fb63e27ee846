// a static function that nothing calls but this file, with a budget
#include <croft.h>

int total;

__attribute__((noinline)) static void fill(croft_region r, int n)
{
    for (int i = 0; i < n; i++) {
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        total += *p;
    }
}

void work(int n)
{
    CROFT_REGION_BOUNDED(r, 256);
    fill(r, n);
}
