// Helpers allocate in the region that their context carries, and read what they made.
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
static __attribute__((noinline)) int use(struct ctx *c, int n)
{
    struct item *a = make(c, n);
    struct item *b = make(c, n + 1);
    return a->n + b->n + b->next->n;
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    n = use(&c, n);
    croft_pop(c.r);
    return n;
}
