// A helper copies a global context word by word into its frame, and then elsewhere.
#include <croft.h>
#include <stdint.h>
struct item { struct item *next; int n; };
struct ctx { struct item *last; int n; };
static struct ctx *current;
static struct ctx copy;
static __attribute__((noinline)) void helper(void)
{
    struct ctx own;
    for (unsigned i = 0; i < sizeof own / 4; i++)
        ((uint32_t *)&own)[i] = ((uint32_t *)current)[i];
    copy = own;
}
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->last = CROFT_NEW(r, struct item);
    c->last->n = n;
    current = c; // error: R0402
    helper();
    n = c->n;
    current = NULL;
    croft_pop(r);
    return n;
}
int later(void) { return copy.last->n; }
