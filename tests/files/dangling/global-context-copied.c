// A helper copies a global context.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; int depth; struct item *last; };
static struct ctx *current;
static struct ctx copy;
static __attribute__((noinline)) void helper(int n) { current->n += n; copy = *current; }
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    struct item *i = CROFT_NEW(r, struct item);
    i->n = 0;
    c->depth = 0;
    c->last = i;
    current = c; // error: R0402
    helper(n);
    n = c->depth + i->n;
    current = NULL;
    croft_pop(r);
    return n;
}
