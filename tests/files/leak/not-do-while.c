// loops that execute once: `do … while (0)`, a `for` that always breaks, a flag that is cleared
#include <croft.h>

int total;

void work(int n)
{
    CROFT_REGION(r);
    do {
        volatile int *p = CROFT_NEW(r, int);
        *p = n;
        total += *p;
        if (n == 7)
            break;
    } while (0);
    for (;;) {
        volatile int *p = CROFT_NEW(r, int);
        *p = n;
        total += *p;
        break;
    }
    for (int once = 1; once; once = 0) {
        volatile int *p = CROFT_NEW(r, int);
        *p = n;
        total += *p;
    }
}
