// two scopes, one in the other, allocate once each; neither `for` is a loop
#include <croft.h>

int total;

void work(void)
{
    CROFT_SCOPE(outer) {
        CROFT_SCOPE(inner) {
            volatile int *p = CROFT_NEW(outer, int);
            volatile int *q = CROFT_NEW(inner, int);
            *p = 1;
            *q = 2;
            total += *p + *q;
        }
    }
}
