// the nested store puts a pointer where it may be
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
    int *p = CROFT_NEW(outer, int);
    *p = 2;
    int result;
    {
        CROFT_REGION(inner);
        struct node *head = CROFT_NEW(inner, struct node);
        head->next = CROFT_NEW(inner, struct node);
        set_next(head, p);
        result = *head->next->value;
    }
    return result + *p;
}
