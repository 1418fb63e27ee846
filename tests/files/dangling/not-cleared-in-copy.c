// a callee gets the structure by its address, and clears it
#include <croft.h>
struct node
{
    long value;
};
struct many
{
    struct node *nodes[4];
};
__attribute__((noinline)) static long clear(struct many *many)
{
    many->nodes[0] = NULL;
    return many->nodes[1] != NULL;
}
long work(struct many *many)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = 1;
    many->nodes[0] = node;
    return clear(many);
}
