// a setter clears it
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
__attribute__((noinline)) static void set(struct holder *holder, struct node *node)
{
    holder->node = node;
}
void work(struct holder *holder)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = 1;
    set(holder, node);
    set(holder, NULL);
}
