// The region is ended where it is the caller's, and not where it was opened here.
#include <croft.h>
struct item { struct item *next; int n; };
int work(croft_region outer, int n)
{
    croft_region r = outer ? outer : croft_push();
    struct item *item = CROFT_NEW(r, struct item);
    item->n = n;
    n = item->n + 1;
    if (outer) // error: R0201
        croft_pop(r);
    return n; // error: R0205
}
