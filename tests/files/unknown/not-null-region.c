// Null is passed to a function that uses its region only where it is not null.
#include <croft.h>
struct item { int n; };
__attribute__((noinline)) int work(croft_region maybe, int n)
{
    if (!maybe)
        return n;
    struct item *item = CROFT_NEW(maybe, struct item);
    item->n = n;
    return item->n + 1;
}
int top(void)
{
    return work(NULL, 2);
}
