// Helpers follow a global context during one call; then it is cleared.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; int depth; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) void leave(int n)
{
    current->depth += n;
    if (current->last)
        current->last->n += n;
}
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    struct item *i = CROFT_NEW(r, struct item);
    i->n = 0;
    c->depth = 0;
    c->last = i;
    current = c;
    leave(n);
    leave(n);
    n = c->depth + i->n;
    current = NULL;
    croft_pop(r);
    return n;
}
