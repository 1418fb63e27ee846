// A helper follows a list from a global context, through a helper of its own.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; int depth; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) int sum(const struct item *i) { int n = 0; for (; i; i = i->next) n += i->n; return n; }
static __attribute__((noinline)) void helper(int n) { current->n += sum(current->last) + n; }
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
