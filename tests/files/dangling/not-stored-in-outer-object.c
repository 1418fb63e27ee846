// an object of the inner region points into the outer one
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
    head->next = NULL;
    {
        CROFT_REGION(inner);
        struct node *node = CROFT_NEW(inner, struct node);
        node->value = 2;
        node->next = head;
        head->value += node->next->value;
    }
    return head->value;
}
