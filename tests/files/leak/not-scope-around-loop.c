// a scope inside the loop: its `for` never iterates, and is no loop around the allocation
#include <croft.h>

int total;

void work(int n)
{
    while (n-- > 0) {
        CROFT_SCOPE(r) {
            volatile int *p = CROFT_NEW(r, int);
            *p = n;
            total += *p;
            if (total > 100)
                continue;
            total++;
        }
    }
}
