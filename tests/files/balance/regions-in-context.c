// A context carries one region under two names, and a helper resets it by one of them.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; croft_region scratch; };
static __attribute__((noinline)) int use(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    item->n = n;
    croft_reset(c->scratch);
    return item->n;
}
int work(int n)
{
    croft_region r = croft_push();
    struct ctx c = { r, r };
    n = use(&c, n); // error: R0404
    croft_pop(r);
    return n;
}
