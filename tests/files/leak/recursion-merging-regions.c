// fixme: regions are followed one parameter at a time, not the set of parameters that are one region
// A recursion that makes two of its regions one fills that one without bound.
#include <croft.h>
struct node { struct node *left; int value; };
CROFT_EFFECTS("pure") extern int choose(int bound);
static void fill(croft_region a, croft_region b)
{
    struct node *n = CROFT_NEW(b, struct node);
    n->value = 1;
    if (choose(2))
        fill(a, a); // error: R0301
}
void root(void)
{
    CROFT_REGION(x);
    CROFT_REGION(y);
    fill(x, y);
}
