// A flag says whether the region was opened here.
#include <croft.h>
struct item { struct item *next; int n; };
int work(croft_region outer, int n)
{
    _Bool own = !outer;
    croft_region r = own ? croft_push() : outer;
    struct item *item = CROFT_NEW(r, struct item);
    item->n = n;
    n = item->n + 1;
    if (own)
        croft_pop(r);
    return n;
}
