// the recursion carries its region, with a budget, to the end
#include <croft.h>

struct cell {
    int value;
    struct cell *next;
};

CROFT_BOUNDED_PARAM(0)
struct cell *list(croft_region r, int n, struct cell *rest)
{
    if (n == 0)
        return rest;
    struct cell *cell = CROFT_NEW(r, struct cell);
    *cell = (struct cell){n, rest};
    return list(r, n - 1, cell);
}
