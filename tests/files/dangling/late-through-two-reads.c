// a callee resets a region and reads what an object of an older one points to
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
    struct node *next = CROFT_NEW(r, struct node);
    next->value = 1;
    node->next = next; // error: R0402
    struct pair pair = {NULL, node};
    return late(r, &pair); // error: R0403
}
