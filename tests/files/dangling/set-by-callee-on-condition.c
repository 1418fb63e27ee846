// a callee overwrites the pointer, but not always
#include <croft.h>
CROFT_EFFECTS("pure") extern int may(void);
struct node
{
    struct node *next;
    long value;
};
__attribute__((noinline)) static void set(struct node **place, struct node *node, int really)
{
    if (really)
        *place = node;
}
long work(struct node *other)
{
    struct node *node;
    {
        CROFT_REGION(r);
        node = CROFT_NEW(r, struct node);
    }
    set(&node, other, may());
    return node->value; // error: R0907
}
