// flags: only-O0 because the optimiser makes one function of it
#include <croft.h>
struct item { unsigned long tagged; };
__attribute__((noinline)) static int *untag(struct item *item)
{
    return (int *)(item->tagged & ~7ul);
}
int work(void)
{
    struct item item;
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    item.tagged = (unsigned long)p | 1;
    return *untag(&item); // error: R0902
}
