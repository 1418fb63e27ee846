// into a region of the caller
#include <croft.h>
CROFT_EFFECTS("pure") extern int may(void);
struct node
{
    struct node *next;
    long value;
};
__attribute__((noinline)) static long descend(croft_region outer, struct node **place, int depth)
{
    CROFT_REGION(r);
    if (depth <= 0)
    {
        struct node *node = CROFT_NEW(outer, struct node);
        node->value = 1;
        *place = node;
        return 1;
    }
    return descend(outer, place, depth - 1) + 1;
}
long work(void)
{
    CROFT_REGION(r);
    struct node *node = NULL;
    long depth = descend(r, &node, may());
    return depth + node->value;
}
