// Each level fills a region of its own.
#include <croft.h>
struct node { struct node *left; int value; };
CROFT_EFFECTS("pure") extern int choose(int bound);
static void fill(croft_region a, croft_region b)
{
    struct node *n = CROFT_NEW(b, struct node);
    n->value = 1;
    if (choose(2)) {
        CROFT_REGION(c);
        fill(a, c);
    }
}
void root(void)
{
    CROFT_REGION(x);
    CROFT_REGION(y);
    fill(x, y);
}
