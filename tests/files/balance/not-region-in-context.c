// A context is handed on, and each turn of a loop has a context with a region of its own.
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
static __attribute__((noinline)) int many(struct ctx *c, int n)
{
    int sum = make(c, 0)->n;
    for (int i = 0; i < n; i++) {
        struct ctx inner = { croft_push(), i, NULL };
        sum += make(&inner, i)->n;
        croft_pop(inner.r);
    }
    return sum;
}
int work(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    n = many(&c, n);
    croft_pop(c.r);
    return n;
}
