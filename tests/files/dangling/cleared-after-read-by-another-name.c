// before the pointer is cleared, a call reads it from an argument that may be the same holder
#include <croft.h>
struct node
{
    long value;
};
struct holder
{
    struct node *node;
    struct holder *next;
};
__attribute__((noinline)) static struct node *look(struct holder *holder)
{
    return holder->node;
}
long work(struct holder *holder, struct holder *other)
{
    struct node *found;
    long value = 0;
    {
        CROFT_REGION(r);
        struct node *node = CROFT_NEW(r, struct node);
        node->value = 1;
        holder->node = node; // error: R0402
        found = look(other);
        value = found->value;
        holder->node = NULL;
    }
    return value;
}
