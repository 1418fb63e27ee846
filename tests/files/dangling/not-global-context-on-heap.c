// A context on the heap leads to a region while it is published.
#include <croft.h>
#include <stdlib.h>
struct item { struct item *next; int n; };
struct ctx { int n; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) void helper(int n)
{
    current->n += n;
    if (current->last)
        current->last->n += n;
}
int work(int n)
{
    struct ctx *c = calloc(1, sizeof *c);
    croft_region r = croft_push();
    c->last = CROFT_NEW(r, struct item);
    c->last->n = n;
    current = c;
    helper(n);
    current = NULL;
    croft_pop(r);
    n = c->n;
    free(c);
    return n;
}
