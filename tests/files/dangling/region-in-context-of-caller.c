// A context is built around a caller's region: what helpers made in it is read after the region's end.
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
__attribute__((noinline)) struct item *work(croft_region r, int n)
{
    struct ctx c = { r, 0, NULL };
    make(&c, n);
    return make(&c, n);
}
int top(void)
{
    croft_region r = croft_push();
    struct item *item = work(r, 3);
    croft_pop(r);
    return item->next->n; // error: R0403
}
