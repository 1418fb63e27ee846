// A helper puts another region into a context: which one another helper works on cannot be told.
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
static __attribute__((noinline)) void change(struct ctx *c, croft_region r) { c->r = r; }
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    croft_region inner = croft_push();
    change(&c, inner);
    struct item *item = make(&c, n); // error: R0901
    croft_pop(inner);
    n = item->n;
    croft_pop(c.r); // error: R0901
    return n;
}
