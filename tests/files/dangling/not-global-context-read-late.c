// What is put back into a global variable was read there before the own context was set.
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
    current = c;
    helper(n);
    n = c->n;
    current = before;
    croft_pop(r);
    return n;
}
