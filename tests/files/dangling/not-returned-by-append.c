// a list whose tail points into itself: the head that append returns is used in time
#include <croft.h>
struct node
{
    struct node *next;
};
struct list
{
    struct node *head, **tail;
};
__attribute__((noinline)) static struct node *append(struct list *list, struct node *node)
{
    *list->tail = node;
    list->tail = &node->next;
    return list->head;
}
int work(void)
{
    struct list list = {NULL, &list.head};
    struct node *head;
    {
        CROFT_REGION(r);
        struct node *node = CROFT_NEW(r, struct node);
        node->next = NULL;
        head = append(&list, node);
        head = head->next;
    }
    return head != NULL;
}
