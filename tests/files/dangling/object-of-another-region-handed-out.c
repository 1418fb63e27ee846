// a function hands over a region, and by a parameter an object of another one that it ended
#include <croft.h>
struct node { struct node *left; int value; };
CROFT_EFFECTS("pure") extern void observe(int value);
__attribute__((noinline)) static croft_region open_filled(struct node **out)
{
    croft_region r = croft_push(), own = croft_push();
    struct node *n = CROFT_NEW(own, struct node);
    n->value = 1;
    *out = n; // error: R0402
    croft_pop(own);
    return r;
}
void root(void)
{
    struct node *n = NULL;
    croft_region r = open_filled(&n);
    observe(n->value);
    croft_pop(r);
}
