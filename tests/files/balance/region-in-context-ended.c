// A helper ends the region that its context carries, and the caller ends it again.
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
static __attribute__((noinline)) void done(struct ctx *c) { croft_pop(c->r); }
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    n = make(&c, n)->n;
    done(&c);
    croft_pop(c.r); // error: R0203
    return n;
}
