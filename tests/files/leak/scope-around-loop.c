// a scope around the loop is not a scope of the iteration
#include <croft.h>

int total;

void work(int n)
{
    CROFT_SCOPE(r) {
        while (n-- > 0) {
            volatile int *p = CROFT_NEW(r, int); // error: R0301
            *p = n;
            total += *p;
        }
    }
}
