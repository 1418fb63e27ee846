// A context in the frame, which leads to a region, is in a global variable during one call.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; int depth; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) void helper(int n) { current->n += n; current->last->n++; }
int work(int n)
{
    croft_region r = croft_push();
    struct item *i = CROFT_NEW(r, struct item);
    i->n = 0;
    struct ctx c = { n, 0, i };
    struct ctx *before = current;
    current = &c;
    helper(n);
    current = before;
    n = c.n + i->n;
    croft_pop(r);
    return n;
}
