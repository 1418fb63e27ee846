// the pointer to the holder is replaced before it is cleared
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
void work(struct holder *list, struct holder *other)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = 1;
    struct holder *next = list->next;
    next->node = node; // error: R0402
    list->next = other;
    list->next->node = NULL;
}
