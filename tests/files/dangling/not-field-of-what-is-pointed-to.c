// a callee returns the pointer that it is led to, and its first field, which live long enough
#include <croft.h>
struct pair { int *first, *second; };

static struct pair *whole(struct pair **pair)
{
    return *pair;
}

static int *first(struct pair **pair)
{
    return (*pair)->first;
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
        found = whole(&at)->first;
        *found += *first(&at);
    }
    return *found;
}
