// Helpers that find a context in a global compute with its numbers, and keep the results.
#include <croft.h>
#include <stdint.h>
struct item { int n; };
struct ctx { struct item *last; uint32_t count; double gain; };
static struct ctx *current;
uint32_t next;
double scaled;
int limit;

__attribute__((noinline)) void count(uint32_t k)
{
    next = current->count + k;
}

__attribute__((noinline)) void scale(double by)
{
    scaled = current->gain * by;
    limit = (int)(current->gain * 2);
}

int compute(int k)
{
    CROFT_REGION(r);
    struct ctx *c = CROFT_NEW(r, struct ctx);
    c->last = CROFT_NEW(r, struct item);
    c->count = 1;
    c->gain = 2;
    current = c;
    count(k);
    scale(k);
    current = NULL;
    return 0;
}
