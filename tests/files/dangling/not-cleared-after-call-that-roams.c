// the call looks at its argument only
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
struct holder *published;
static struct node *kept;
__attribute__((noinline)) static void look(struct holder *holder)
{
    holder->next = NULL;
}
void work(struct holder *holder, struct holder *other)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = 1;
    holder->node = node;
    look(other);
    holder->node = NULL;
}
