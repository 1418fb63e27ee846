// one end that comes too early has one finding, whatever is used after it; another end has another
#include <croft.h>

struct node { struct node *next; int value; };

int work(int n)
{
    croft_region r = croft_push();
    struct node *list = NULL;
    list = CROFT_NEW(r, struct node);
    list->value = n;
    list->next = list;
    croft_pop(r);
    volatile int *first = &list->value;
    int sum = *first; // error: R0403
    sum += *first;
    *first = 3;
    croft_region other = croft_push();
    volatile int *p = CROFT_NEW(other, int);
    croft_pop(other);
    sum += *p; // error: R0403
    return sum + *p;
}
