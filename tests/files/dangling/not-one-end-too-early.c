// the same uses before the ends
#include <croft.h>

struct node { struct node *next; int value; };

int work(int n)
{
    croft_region r = croft_push();
    struct node *list = CROFT_NEW(r, struct node);
    list->value = n;
    list->next = list;
    volatile int *first = &list->value;
    int sum = *first;
    sum += *first;
    *first = 3;
    croft_pop(r);
    croft_region other = croft_push();
    volatile int *p = CROFT_NEW(other, int);
    *p = n;
    sum += *p;
    sum += *p;
    croft_pop(other);
    return sum;
}
