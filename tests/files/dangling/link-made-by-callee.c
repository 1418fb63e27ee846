// a callee links two objects that it allocates; the link outlives the region in the caller
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
    struct cell *second;
    {
        CROFT_REGION(r);
        second = pair(r)->next;
    }
    return second->x; // error: R0907
}
