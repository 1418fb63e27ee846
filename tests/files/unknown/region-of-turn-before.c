// Contexts that a loop fills in turn: which of its turns a handle is of is not known.
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
    struct ctx even = { NULL, 0, NULL }, odd = { NULL, 0, NULL };
    int sum = 0;
    for (int i = 0; i < n; i++) {
        struct ctx *c = i & 1 ? &odd : &even;
        c->r = croft_push();
        c->last = NULL;
        croft_region inner = croft_push();
        sum += make(&even, i)->n; // error: R0901
        croft_pop(inner);
        croft_pop(c->r); // error: R0901
    }
    return sum;
}
