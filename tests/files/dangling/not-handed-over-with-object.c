// a function hands over a region, and an object in it by a parameter
#include <croft.h>
struct node { struct node *left; int value; };
CROFT_EFFECTS("pure") extern void observe(int value);
static croft_region open_filled(struct node **out)
{
    croft_region r = croft_push();
    struct node *n = CROFT_NEW(r, struct node);
    n->value = 1;
    *out = n;
    return r;
}
void root(void)
{
    struct node *n = NULL;
    croft_region r = open_filled(&n);
    observe(n->value);
    croft_pop(r);
}
