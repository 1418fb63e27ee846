// the last thing a level does is to call the next one with the same region
// flags: only-O0 because the optimiser makes a loop of it, which is R0301
#include <croft.h>

struct cell {
    int value;
    struct cell *next;
};

struct cell *list(croft_region r, int n, struct cell *rest)
{
    if (n == 0)
        return rest;
    struct cell *cell = CROFT_NEW(r, struct cell); // error: R0304
    *cell = (struct cell){n, rest};
    return list(r, n - 1, cell);
}
