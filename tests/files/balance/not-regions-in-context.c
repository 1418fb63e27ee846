// A context carries two regions, and a helper resets one of them.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; croft_region scratch; };
static __attribute__((noinline)) int use(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    struct item *other = CROFT_NEW(c->scratch, struct item);
    other->n = item->n = n;
    other->next = item;
    n += other->next->n;
    croft_reset(c->scratch);
    return item->n;
}
int work(int n)
{
    croft_region r = croft_push();
    croft_region s = croft_push();
    struct ctx c = { r, s };
    n = use(&c, n);
    croft_pop(s);
    croft_pop(r);
    return n;
}
