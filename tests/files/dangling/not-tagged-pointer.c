// a tagged pointer that a callee reads as an integer is followed
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
    return *untag(&item);
}
