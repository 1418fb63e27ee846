// A context in the frame leads to no region any more when it is published again.
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
    {
        CROFT_REGION(r);
        c.last = CROFT_NEW(r, struct item);
        c.last->n = n;
        current = &c;
        helper(n);
        current = NULL;
    }
    c.last = NULL;
    current = &c;
    helper(n);
    current = NULL;
    return c.n;
}
