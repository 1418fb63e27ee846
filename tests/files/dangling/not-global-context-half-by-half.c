// A helper counts in a global context.
#include <croft.h>
#include <stdint.h>
struct item { struct item *next; int n; };
struct ctx { struct item *last; int n; uint64_t sum; };
static struct ctx *current;
static __attribute__((noinline)) int twice(int i) { return i + i; }
static __attribute__((noinline)) void helper(int n)
{
    current->n = twice(n);
    current->sum += (uint64_t)n;
    current->sum <<= 1;
    current->last->n++;
}
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->sum = 0;
    c->last = CROFT_NEW(r, struct item);
    c->last->n = n;
    current = c;
    helper(n);
    n = c->n;
    current = NULL;
    croft_pop(r);
    return n;
}
