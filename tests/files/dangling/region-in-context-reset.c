// A helper resets the region that its context carries, while an object of it is in use.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; int n; };
static __attribute__((noinline)) void clear(struct ctx *c) { croft_reset(c->r); }
int work(int n)
{
    struct ctx c = { croft_push(), n };
    struct item *item = CROFT_NEW(c.r, struct item);
    item->n = n;
    clear(&c);
    n = item->n; // error: R0403
    croft_pop(c.r);
    return n;
}
