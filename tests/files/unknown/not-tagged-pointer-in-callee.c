// a tagged address that has nothing to do with a region
#include <croft.h>
struct item { unsigned long tagged; };
static int value;
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
    item.tagged = (unsigned long)&value | 1;
    return *untag(&item) + *p;
}
