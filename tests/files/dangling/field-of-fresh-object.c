// a callee stores its argument in a fresh object of a longer-lived region
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
    return make(outer, node)->second->value; // error: R0402
}
