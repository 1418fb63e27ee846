// A handle of the turn before is used when the same push has run again.
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
        if (prev) {
            struct item *item = CROFT_NEW(prev, struct item); // error: R0404
            item->n = i;
            sum += item->n;
        }
        prev = r;
    }
    if (prev)
        croft_pop(prev);
    return sum;
}
