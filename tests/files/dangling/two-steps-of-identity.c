// the result of a chain of functions that return a field's target, after the end
#include <croft.h>

struct node {
    struct node *next;
    int value;
};

__attribute__((noinline)) static struct node *last(struct node *node)
{
    while (node->next)
        node = node->next;
    return node;
}

__attribute__((noinline)) static struct node *last_but(struct node *node)
{
    return last(node);
}

int work(void)
{
    croft_region r = croft_push();
    struct node *a = CROFT_NEW(r, struct node);
    struct node *b = CROFT_NEW(r, struct node);
    *b = (struct node){NULL, 2};
    *a = (struct node){b, 1};
    struct node *end = last_but(a);
    int value = end->value;
    croft_pop(r);
    return value + end->value; // error: R0403
}
