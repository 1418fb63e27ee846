// A helper puts another region into its context for a while, and hands out what is made in it.
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
    croft_region before = c->r;
    c->r = inner;
    struct item *item = make(c, n); // error: R0901
    c->r = before;
    c->last = NULL;
    return item;
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    croft_region inner = croft_push();
    struct item *item = other(&c, inner, n);
    croft_pop(inner);
    n = item->n;
    croft_pop(c.r); // error: R0901
    return n;
}
