// it is cleared if another pointer is not null
// flags: only-O0 because optimised code has the store at another line
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
        holder->node = node; // error: R0402
    if (other)
        holder->node = NULL;
}
