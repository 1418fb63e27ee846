// An object of the caller's region, or of one that is opened here, is read when the one opened here has ended.
#include <croft.h>
struct item { struct item *next; int n; };
int work(croft_region outer, int n)
{
    croft_region r = outer ? outer : croft_push();
    struct item *item = CROFT_NEW(r, struct item);
    item->n = n;
    if (!outer)
        croft_pop(r);
    return item->n; // error: R0403
}
