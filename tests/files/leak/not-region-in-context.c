// Each turn of a loop has a context with a region of its own.
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
    int sum = 0;
    for (int i = 0; i < n; i++) {
        struct ctx c = { croft_push(), i, NULL };
        sum += make(&c, i)->n;
        croft_pop(c.r);
    }
    return sum;
}
