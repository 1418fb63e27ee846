// Helpers hand out a global pointer in two halves.
#include <croft.h>
#include <stdint.h>
struct item { struct item *next; int n; };
struct ctx { struct item *last; int n; };
static struct ctx *current;
static uint32_t kept[2];
static __attribute__((noinline)) uint32_t half(int i) { return ((uint32_t *)&current->last)[i]; }
static __attribute__((noinline)) void helper(void)
{
    kept[0] = half(0);
    kept[1] = half(1);
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
uint32_t later(int i) { return kept[i & 1]; }
