// the same callee is given a region with a budget, for each iteration of a loop of its own
#include <croft.h>

struct cell {
    int value;
    struct cell *next;
};

__attribute__((noinline)) static struct cell *list(croft_region r, int n)
{
    struct cell *first = NULL;
    while (n-- > 0) {
        struct cell *cell = CROFT_NEW(r, struct cell);
        *cell = (struct cell){n, first};
        first = cell;
    }
    return first;
}

int work(int n)
{
    int total = 0;
    for (int i = 0; i < n; i++) {
        CROFT_REGION_BOUNDED(r, 1024);
        struct cell *cell = list(r, i);
        total += cell ? cell->value : 0;
    }
    return total;
}
