// A context is passed by value: what a helper made in its region is read after the region's end.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; int n; struct item *last; long more[4]; };
static __attribute__((noinline)) struct item *make(struct ctx c, int n)
{
    struct item *item = CROFT_NEW(c.r, struct item);
    item->n = n;
    item->next = c.last;
    return item;
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    struct item *i = make(c, n);
    croft_pop(c.r);
    return i->n; // error: R0403
}
