// A helper stores an object of the inner one of its context's regions in one of the outer.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; croft_region scratch; struct item *keep; };
static __attribute__((noinline)) void use(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    struct item *other = CROFT_NEW(c->scratch, struct item);
    other->n = item->n = n;
    item->next = other;
    c->keep = item;
}
int work(int n)
{
    croft_region r = croft_push();
    croft_region s = croft_push();
    struct ctx c = { r, s, 0 };
    use(&c, n); // error: R0402
    croft_pop(s);
    n = c.keep->n;
    croft_pop(r);
    return n;
}
