// An object that a helper made in the region of its context is read after the region's end.
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
    struct item *item = make(&c, n);
    croft_pop(c.r);
    return item->n; // error: R0403
}
