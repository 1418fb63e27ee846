// Helpers that other files may call, too, allocate in the region that their context carries.
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
struct item *pair(struct ctx *c, int n)
{
    struct item *a = make(c, n);
    a->next = make(c, n + 1);
    return a;
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    n = pair(&c, n)->next->n;
    croft_pop(c.r);
    return n;
}
