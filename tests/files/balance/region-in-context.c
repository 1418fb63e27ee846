// Two contexts carry regions, and the outer one is ended first.
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
    struct ctx outer = { croft_push(), 0, NULL };
    struct ctx inner = { croft_push(), 0, NULL };
    n = make(&inner, 2)->n + make(&outer, 1)->n;
    croft_pop(outer.r); // error: R0202
    croft_pop(inner.r);
    return n;
}
