// Helpers that find a context in a global keep what its pointer's halves, an index and a sign can be turned back from.
#include <croft.h>
#include <stdint.h>
struct item { int n; };
struct ctx { union { struct item *last; uintptr_t word; double real; }; };
static struct ctx *current;
static char base[8];
uint32_t low, high;
char *far;
double negative;

__attribute__((noinline)) void halves(uint32_t k)
{
    uint32_t *half = (uint32_t *)&current->last;
    low = half[0] + k;
    high = half[1] + k;
}

__attribute__((noinline)) void index_of(void)
{
    far = base + current->word;
}

__attribute__((noinline)) void negated(void)
{
    negative = -current->real;
}

__attribute__((noinline)) struct item *joined(uint32_t k)
{
    return (struct item *)((uint64_t)(high - k) << 32 | (low - k));
}

int by_halves(int k)
{
    CROFT_REGION(r);
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->last = CROFT_NEW(r, struct item);
    current = c; // error: R0402
    halves(k);
    current = NULL;
    return 0;
}

int by_index(void)
{
    CROFT_REGION(r);
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->last = CROFT_NEW(r, struct item);
    current = c; // error: R0402
    index_of();
    current = NULL;
    return 0;
}

int by_sign(void)
{
    CROFT_REGION(r);
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->last = CROFT_NEW(r, struct item);
    current = c; // error: R0402
    negated();
    current = NULL;
    return 0;
}
