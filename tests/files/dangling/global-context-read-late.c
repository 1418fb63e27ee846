// What is put back into a global variable was read there after the own context was set.
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
    current = c; // error: R0402
    struct ctx *before = current;
    helper(n);
    n = c->n;
    current = before;
    croft_pop(r);
    return n;
}
int now(void) { return current->n; }
