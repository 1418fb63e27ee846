// A context is published in each turn of a loop, before it leads to the turn's own region.
#include <croft.h>
struct item { struct item *next; int n; };
struct ctx { int n; struct item *last; };
static struct ctx *current;
static __attribute__((noinline)) void helper(int n)
{
    current->n += n;
    if (current->last)
        current->last->n += n;
}
int work(int n)
{
    struct ctx c = { 0, NULL };
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        current = &c;
        helper(i);
        c.last = CROFT_NEW(r, struct item); // error: R0402
        c.last->n = i;
        current = NULL;
    }
    return c.n;
}
