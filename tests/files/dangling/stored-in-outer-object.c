// an object of the outer region is left pointing into the inner one
#include <croft.h>

struct node {
    struct node *next;
    int value;
};

int work(void)
{
    CROFT_REGION(outer);
    struct node *head = CROFT_NEW(outer, struct node);
    head->value = 1;
    {
        CROFT_REGION(inner);
        struct node *node = CROFT_NEW(inner, struct node);
        node->value = 2;
        head->next = node; // error: R0402 "region that ends later"
    }
    return head->value;
}
