// it is cleared under the guard under which it was stored
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
void work(struct holder *holder, struct holder *other)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = 1;
    if (holder)
        holder->node = node;
    if (holder)
        holder->node = NULL;
}
