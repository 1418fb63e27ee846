// A context is built around a caller's region, and the object is handed on.
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
struct item *work(croft_region r, int n)
{
    struct ctx c = { r, 0, NULL };
    make(&c, n);
    return make(&c, n);
}
int top(void)
{
    CROFT_REGION(r);
    return work(r, 3)->next->n;
}
