// Null is passed to a function that uses its region also where that may be null.
#include <croft.h>
struct item { int n; };
__attribute__((noinline)) int work(croft_region outer, int n)
{
    croft_region r = outer ? outer : croft_push();
    struct item *item = CROFT_NEW(r, struct item);
    struct item *other = CROFT_NEW(outer, struct item);
    item->n = n;
    other->n = n;
    n = item->n + other->n;
    if (!outer)
        croft_pop(r);
    return n;
}
int top(void)
{
    return work(NULL, 2); // error: R0901
}
