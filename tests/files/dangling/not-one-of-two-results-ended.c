// the second is read
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
struct pair
{
    struct node *first, *second;
};
__attribute__((noinline)) static void fill(croft_region region, struct pair *pair)
{
    pair->first = CROFT_NEW(region, struct node);
    croft_reset(region);
    pair->second = CROFT_NEW(region, struct node);
}
long work(void)
{
    CROFT_REGION(r);
    struct pair pair;
    fill(r, &pair);
    return pair.second->value;
}
