// what it reads is of the older one too
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
__attribute__((noinline)) static long late(croft_region region, struct pair *pair)
{
    croft_reset(region);
    return pair->second->next->value;
}
long work(void)
{
    CROFT_REGION(outer);
    struct node *node = CROFT_NEW(outer, struct node);
    CROFT_REGION(r);
    struct node *next = CROFT_NEW(outer, struct node);
    next->value = 1;
    node->next = next;
    struct pair pair = {NULL, node};
    return late(r, &pair);
}
