// a callee that loops over an allocation is given a region without a budget
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
    CROFT_REGION(r);
    struct cell *cell = list(r, n); // error: R0303 "list"
    return cell ? cell->value : 0;
}
