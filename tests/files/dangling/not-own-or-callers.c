// The caller's region, or one that is opened here if there is none: what is read is read before the end.
#include <croft.h>
struct item { struct item *next; int n; };
int work(croft_region outer, int n)
{
    croft_region r = outer ? outer : croft_push();
    struct item *item = CROFT_NEW(r, struct item);
    item->n = n;
    n = item->n + 1;
    if (!outer)
        croft_pop(r);
    return n;
}
