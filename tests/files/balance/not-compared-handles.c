// The inner one of two regions is ended where it is not the outer one: the handles of open regions differ.
#include <croft.h>
struct item { int n; };
int work(int n)
{
    croft_region small = croft_push();
    croft_region b = small;
    if (n > 100)
        b = croft_push();
    struct item *item = CROFT_NEW(b, struct item);
    item->n = n;
    n = item->n + 1;
    if (b != small)
        croft_pop(b);
    croft_pop(small);
    return n;
}
