// A helper opens a region and puts it into a context that carried another one.
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
static __attribute__((noinline)) croft_region open(struct ctx *c)
{
    croft_region r = croft_push();
    c->r = r;
    return r;
}
int work(int n)
{
    croft_region first = croft_push();
    struct ctx c = { first, 0, NULL };
    croft_region r = open(&c);
    struct item *item = make(&c, n); // error: R0901
    croft_pop(r);
    n = item->n;
    croft_pop(first);
    return n;
}
