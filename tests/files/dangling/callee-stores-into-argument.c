// a callee stores one argument into what another one points to, and that lives longer
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
    head->value = 1;
    {
        CROFT_REGION(inner);
        struct node *node = CROFT_NEW(inner, struct node);
        node->value = 2;
        link(head, node); // error: R0402 "region that ends later"
    }
    return head->value;
}
