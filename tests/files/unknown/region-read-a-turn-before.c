// A handle is read from a context before the loop's turn puts its own there.
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
static __attribute__((noinline)) void count(struct ctx *c) { c->n++; }
int work(int n)
{
    struct ctx c = { NULL, 0, NULL };
    int sum = 0;
    for (int i = 0; i < n; i++) {
        croft_region before = c.r;
        c.r = croft_push();
        c.last = NULL;
        sum += make(&c, i)->n;
        if (n & 1)
            croft_reset(before); // error: R0901
        croft_pop(c.r);
        count(&c);
    }
    return sum;
}
