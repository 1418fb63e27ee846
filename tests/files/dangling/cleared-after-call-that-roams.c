// before the pointer is cleared, a call finds it from a global variable
// flags: only-O0 because optimised code does not store what is overwritten
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
    kept = published ? published->node : holder->node;
}
void work(struct holder *holder, struct holder *other)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = 1;
    holder->node = node; // error: R0402
    look(other);
    holder->node = NULL;
}
