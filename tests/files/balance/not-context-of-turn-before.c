// A context outside of a loop gets a region in each turn.
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
    int sum = 0;
    struct ctx c;
    c.last = NULL;
    for (int i = 0; i < n; i++) {
        c.r = croft_push();
        sum += make(&c, i)->n;
        sum += c.last->n;
        croft_pop(c.r);
    }
    return sum;
}
