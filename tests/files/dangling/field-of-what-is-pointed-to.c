// a callee returns the address of the second field of what it is led to, and that field's region ends first
#include <croft.h>
struct pair { int *first, *second; };

__attribute__((noinline)) static int **second(struct pair **pair)
{
    return &(*pair)->second;
}

int work(int n)
{
    CROFT_REGION(longer);
    struct pair pair, *at = &pair;
    int *found;
    pair.first = CROFT_NEW(longer, int);
    *pair.first = n;
    {
        CROFT_REGION(shorter);
        pair.second = CROFT_NEW(shorter, int);
        *pair.second = n;
        found = *second(&at);
    }
    return *found; // error: R0907
}
