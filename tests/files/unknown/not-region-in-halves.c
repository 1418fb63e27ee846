// A helper overwrites what lies beside a handle.
#include <croft.h>
#include <stdint.h>
struct item { struct item *next; int n; };
struct ctx { union { croft_region r; uint32_t halves[2]; }; uint32_t more[2]; };
static __attribute__((noinline)) struct item *make(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    item->n = n;
    return item;
}
static __attribute__((noinline)) void put(struct ctx *to, const struct ctx *from)
{
    to->more[0] = from->more[0];
    to->more[1] = from->more[1];
}
int work(int n)
{
    struct ctx c = { { croft_push() }, { 0, 0 } };
    struct ctx d = { { croft_push() }, { 0, 0 } };
    put(&c, &d);
    struct item *item = make(&c, n);
    croft_pop(d.r);
    n = item->n;
    croft_pop(c.r);
    return n;
}
