// it is replaced after
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
    next->node = node;
    next->node = NULL;
    list->next = other;
}
