// a bounded parameter of a function that returns a large structure gets a region without a budget
#include <croft.h>
struct node { struct node *left; int value; };
struct box { struct node *first, *second; int number; };
CROFT_BOUNDED_PARAM(0) __attribute__((noinline)) static struct box make(croft_region r, struct node *n)
{
    return (struct box){n, CROFT_NEW(r, struct node), 0};
}
void root(void)
{
    croft_region r = croft_push();
    struct box b = make(r, NULL); // error: R0305
    (void)b;
    croft_pop(r);
}
