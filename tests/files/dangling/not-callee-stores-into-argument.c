// the same callee stores pointers into what ends first, or at the same time
#include <croft.h>

struct node {
    struct node *next;
    int value;
};

__attribute__((noinline)) static void link(struct node *from, struct node *to)
{
    from->next = to;
}

int work(void)
{
    CROFT_REGION(outer);
    struct node *head = CROFT_NEW(outer, struct node);
    struct node *second = CROFT_NEW(outer, struct node);
    head->value = 1;
    second->value = 3;
    link(head, second);
    {
        CROFT_REGION(inner);
        struct node *node = CROFT_NEW(inner, struct node);
        node->value = 2;
        link(node, head);
        head->value += node->next->value;
    }
    return head->value;
}
