// A helper allocates in the region of its context, in a loop of the caller.
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
    struct ctx c = { croft_push(), 0, NULL };
    for (int i = 0; i < n; i++)
        n += make(&c, i)->n; // error: R0302
    croft_pop(c.r);
    return n;
}
