// A global context is put back as it was.
#include <croft.h>
struct ctx { int n; int depth; };
static struct ctx *current;
static __attribute__((noinline)) void leave(int n)
{
    current->depth += n;
}
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    struct ctx *before = current;
    c->depth = 0;
    current = c;
    leave(n);
    n = c->depth;
    current = before;
    croft_pop(r);
    return n;
}
