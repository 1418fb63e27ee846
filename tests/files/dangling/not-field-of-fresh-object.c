// in one of the same region
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
__attribute__((noinline)) static struct pair *make(croft_region region, struct node *node)
{
    struct pair *pair = CROFT_NEW(region, struct pair);
    pair->first = NULL;
    pair->second = node;
    return pair;
}
long work(croft_region outer)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = 1;
    return make(r, node)->second->value;
}
