// the store may change the pointer that its own address was read from
#include <croft.h>
struct node
{
    struct node *next;
    int value;
};
int work(void)
{
    CROFT_REGION(outer);
    struct node *head = CROFT_NEW(outer, struct node);
    head->next = head;
    head->value = 1;
    {
        CROFT_REGION(r);
        struct node *node = CROFT_NEW(r, struct node);
        node->next = head;
        head->next->next = node; // error: R0402
        head->next->next = head;
    }
    return head->next->value;
}
