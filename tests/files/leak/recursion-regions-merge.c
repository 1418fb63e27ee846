// a recursion passes one region on as both of its regions, and then allocates in it at every level
// flags: only-O0 because the optimiser makes a loop of it, which is R0301
#include <croft.h>
struct node { struct node *left; int value; };
CROFT_EFFECTS("pure") extern int choose(int bound);
static void fill(croft_region a, croft_region b)
{
    struct node *n = CROFT_NEW(b, struct node);
    n->value = 1;
    if (choose(2))
        fill(a, a);
}
void root(void)
{
    CROFT_REGION(x);
    CROFT_REGION(y);
    fill(x, y); // error: R0303
}
