// A helper overwrites a handle half by half.
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
    to->halves[0] = from->halves[0];
    to->halves[1] = from->halves[1];
}
int work(int n)
{
    struct ctx c = { { croft_push() }, { 0, 0 } };
    struct ctx d = { { croft_push() }, { 0, 0 } };
    put(&c, &d);
    struct item *item = make(&c, n); // error: R0901
    croft_pop(d.r);
    n = item->n;
    return n;
}
