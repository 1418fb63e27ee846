// A function that sets a global context, and puts it back, is called where one is set.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) void helper(int n) { current->n += n + current->last->n; }
static __attribute__((noinline)) int inner(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    struct item *i = CROFT_NEW(r, struct item);
    i->n = c->n = n;
    c->last = i;
    struct ctx *before = current;
    current = c;
    helper(n);
    n = c->n;
    current = before;
    croft_pop(r);
    return n;
}
int outer(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    struct item *i = CROFT_NEW(r, struct item);
    i->n = c->n = n;
    c->last = i;
    struct ctx *before = current;
    current = c;
    helper(inner(n));
    n = c->n;
    current = before;
    croft_pop(r);
    return n;
}
