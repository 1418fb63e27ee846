// A helper copies a global context into its own frame.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; int depth; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) void helper(int n) { current->n += n; struct ctx copy = *current; current->depth += copy.last->n; }
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    struct item *i = CROFT_NEW(r, struct item);
    i->n = 0;
    c->depth = 0;
    c->last = i;
    current = c;
    helper(n);
    n = c->depth + i->n;
    current = NULL;
    croft_pop(r);
    return n;
}
