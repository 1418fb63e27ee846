// A helper moves the pointer to the context on to the next one.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; int n; struct item *last; };
static __attribute__((noinline)) struct item *make(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    item->n = n;
    return item;
}
struct cursor { struct ctx *at; int n; };
static __attribute__((noinline)) void step(struct cursor *c) { c->at++; }
static __attribute__((noinline)) struct item *next(struct cursor *c, int n)
{
    step(c);
    return make(c->at, n); // error: R0901
}
int work(int n)
{
    struct ctx all[2] = { { croft_push(), 0, NULL }, { croft_push(), 0, NULL } };
    struct cursor c = { all, 0 };
    struct item *item = next(&c, n);
    croft_pop(all[1].r);
    n = item->n;
    croft_pop(all[0].r);
    return n;
}
