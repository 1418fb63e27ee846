// the body of a do loop runs again as long as the condition holds
#include <croft.h>

int total;

void work(int n)
{
    CROFT_REGION(r);
    do {
        volatile int *p = CROFT_NEW(r, int); // error: R0301
        *p = n;
        total += *p;
    } while (--n > 0);
}
