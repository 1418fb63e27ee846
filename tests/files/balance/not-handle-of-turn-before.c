// A handle of the turn before is ended in the next one, before the same push runs again.
#include <croft.h>
struct item { struct item *next; int n; };
int work(int n)
{
    croft_region prev = NULL;
    int sum = 0;
    for (int i = 0; i < n; i++) {
        if (prev)
            croft_pop(prev);
        croft_region r = croft_push();
        struct item *item = CROFT_NEW(r, struct item);
        item->n = i;
        sum += item->n;
        prev = r;
    }
    if (prev)
        croft_pop(prev);
    return sum;
}
