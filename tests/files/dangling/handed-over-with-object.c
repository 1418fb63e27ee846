// an object of a region that a function hands over is used after the caller ended that region
// flags: only-O0 because optimised code keeps the pointer in a register, which is R0403
#include <croft.h>
struct node { struct node *left; int value; };
CROFT_EFFECTS("pure") extern void observe(int value);
__attribute__((noinline)) static croft_region open_filled(struct node **out)
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
    croft_pop(r);
    observe(n->value); // error: R0907
}
