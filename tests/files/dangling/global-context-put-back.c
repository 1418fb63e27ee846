// A global context is put back on one way only.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; int depth; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) void helper(int n) { current->n += n; }
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->n = 0;
    struct ctx *before = current;
    current = c; // error: R0402
    helper(n);
    n = c->n;
    if (n > 3)
        current = before;
    croft_pop(r);
    return n;
}
