// A helper opens a region, and the caller makes a context around it.
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
static __attribute__((noinline)) croft_region open(void)
{
    return croft_push();
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    struct ctx d = { open(), 0, NULL };
    struct item *item = make(&d, n);
    n = item->n;
    croft_pop(d.r);
    croft_pop(c.r);
    return n;
}
