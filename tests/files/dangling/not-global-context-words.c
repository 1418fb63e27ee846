// A helper copies a global context word by word into its frame, and looks at it.
#include <croft.h>
#include <stdint.h>
struct item { struct item *next; int n; };
struct ctx { struct item *last; int n; };
static struct ctx *current;
static __attribute__((noinline)) void helper(void)
{
    uint32_t own[sizeof(struct ctx) / 4];
    for (unsigned i = 0; i < sizeof own / 4; i++)
        own[i] = ((uint32_t *)current)[i];
    if (own[0] == own[1])
        current->n = 0;
}
int work(int n)
{
    croft_region r = croft_push();
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->last = CROFT_NEW(r, struct item);
    c->last->n = n;
    current = c;
    helper();
    n = c->n;
    current = NULL;
    croft_pop(r);
    return n;
}
