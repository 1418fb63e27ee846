// the store is two calls away, and into what a field of the argument points to
#include <croft.h>

struct node {
    struct node *next;
    int *value;
};

__attribute__((noinline)) static void set(struct node *node, int *value)
{
    node->value = value;
}

__attribute__((noinline)) static void set_next(struct node *node, int *value)
{
    set(node->next, value);
}

int work(void)
{
    CROFT_REGION(outer);
    struct node *head = CROFT_NEW(outer, struct node);
    head->next = CROFT_NEW(outer, struct node);
    {
        CROFT_REGION(inner);
        int *p = CROFT_NEW(inner, int);
        *p = 2;
        set_next(head, p); // error: R0402
    }
    return head->next != NULL;
}
