// A caller may pass no region to a function that opens one then.
#include <croft.h>
struct item { struct item *next; int n; };
int work(croft_region outer, int n)
{
    croft_region r = outer;
    int own = 0;
    if (!r) {
        r = croft_push();
        own = 1;
    }
    struct item *item = CROFT_NEW(r, struct item);
    item->n = n;
    for (int i = 0; i < n; i++)
        item->n += i;
    n = item->n + 1;
    if (own)
        croft_pop(r);
    return n;
}
int top(void) { 
    CROFT_REGION(r);
    return work(r, 1) + work(NULL, 2);
}
