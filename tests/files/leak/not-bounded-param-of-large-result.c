// the number of a bounded parameter counts what C calls parameters, not where a large structure is returned
#include <croft.h>
struct node { struct node *left; int value; };
struct box { struct node *first, *second; int number; };
CROFT_BOUNDED_PARAM(0) __attribute__((noinline)) static struct box make(croft_region r, struct node *n)
{
    return (struct box){n, CROFT_NEW(r, struct node), 0};
}
void root(void)
{
    croft_region r = croft_push_bounded(1u << 20);
    struct box b = make(r, NULL);
    (void)b;
    croft_pop(r);
}
