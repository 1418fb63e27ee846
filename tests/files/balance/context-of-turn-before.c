// A context keeps the region of the first turn, which has ended.
// flags: only-O0 because optimisation takes the first turn out of the loop, and the code is another one
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
int work(int n)
{
    struct ctx c = { NULL, 0, NULL };
    for (int i = 0; i < n; i++) {
        croft_region r = croft_push();
        if (i == 0)
            c.r = r;
        n += make(&c, i)->n; // error: R0901
        croft_pop(r);
    }
    return n;
}
