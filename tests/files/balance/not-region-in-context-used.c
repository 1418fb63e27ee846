// A context lies in the region that it carries.
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
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->r = r;
    c->last = NULL;
    n = make(c, n)->n + make(c, n)->n;
    croft_pop(r);
    return n;
}
