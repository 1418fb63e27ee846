// A region that is not the caller's is ended: the handles of two open regions differ.
#include <croft.h>
struct item { struct item *next; int n; };
int work(croft_region outer, int n)
{
    int sum = 0;
    croft_region r = outer ? outer : croft_push();
    for (int i = 0; i < n; i++) {
        croft_region inner = croft_push();
        struct item *item = CROFT_NEW(inner, struct item);
        item->n = n;
        sum += item->n;
        croft_pop(inner);
    }
    struct item *item = CROFT_NEW(r, struct item);
    item->n = sum;
    sum = item->n;
    if (r != outer)
        croft_pop(r);
    return sum;
}
