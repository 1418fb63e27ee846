// A helper works with another region for a while, in a context of its own.
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
static __attribute__((noinline)) struct item *other(struct ctx *c, croft_region inner, int n)
{
    struct ctx other = { inner, c->n, NULL };
    return make(&other, n);
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    croft_region inner = croft_push();
    struct item *item = other(&c, inner, n);
    n = item->n;
    croft_pop(inner);
    croft_pop(c.r);
    return n;
}
