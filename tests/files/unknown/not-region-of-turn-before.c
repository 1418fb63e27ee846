// A context that is used in every turn of a loop is given the turn's region at once.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; int n; struct item *last; };
static __attribute__((noinline)) struct item *make(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    item->n = n;
    item->next = c->last;
    c->last = item;
    return item;
}
int work(int n)
{
    struct ctx c = { NULL, 0, NULL };
    int sum = 0;
    for (int i = 0; i < n; i++) {
        c.r = croft_push();
        c.last = NULL;
        croft_region inner = croft_push();
        sum += make(&c, i)->n;
        croft_pop(inner);
        croft_pop(c.r);
    }
    return sum;
}
