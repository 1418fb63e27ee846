// Each level of a recursion has a context with a region of its own.
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
static __attribute__((noinline)) int deep(struct ctx *c, int n)
{
    struct ctx d = { croft_push(), n, NULL };
    int sum = make(&d, n)->n;
    if (n > 0)
        sum += deep(&d, n - 1);
    croft_pop(d.r);
    return sum;
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    n = deep(&c, n);
    croft_pop(c.r);
    return n;
}
