// the link is followed while the region lives
#include <croft.h>
struct cell { struct cell *next; int x; };
__attribute__((noinline)) static struct cell *pair(croft_region r)
{
    struct cell *a = CROFT_NEW(r, struct cell), *b = CROFT_NEW(r, struct cell);
    *b = (struct cell){NULL, 2};
    *a = (struct cell){b, 1};
    return a;
}
int work(void)
{
    CROFT_REGION(r);
    struct cell *second = pair(r)->next;
    return second->x;
}
