// an exported function that allocates a fixed number of objects into its parameter
#include <croft.h>

struct pair {
    int *a, *b;
};

struct pair *make(croft_region r)
{
    struct pair *pair = CROFT_NEW(r, struct pair);
    pair->a = CROFT_NEW(r, int);
    pair->b = CROFT_NEW(r, int);
    return pair;
}
