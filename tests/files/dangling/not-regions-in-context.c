// A helper stores an object of the outer one of its context's regions in one of the inner.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; croft_region scratch; struct item *keep; };
static __attribute__((noinline)) void use(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    struct item *other = CROFT_NEW(c->scratch, struct item);
    other->n = item->n = n;
    other->next = item;
    c->keep = item;
}
int work(int n)
{
    croft_region r = croft_push();
    croft_region s = croft_push();
    struct ctx c = { r, s, 0 };
    use(&c, n);
    croft_pop(s);
    n = c.keep->n;
    croft_pop(r);
    return n;
}
