// it picks another one
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
struct many
{
    struct node *nodes[6];
};
__attribute__((noinline)) static struct node *pick(struct many many)
{
    return many.nodes[4];
}
long work(struct node *other)
{
    struct node *node;
    {
        CROFT_REGION(r);
        struct many many = {{other, other, other, other, other, other}};
        many.nodes[5] = CROFT_NEW(r, struct node);
        node = pick(many);
    }
    return node->value;
}
