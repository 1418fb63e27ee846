// a callee copies a link with another colour in its low bit
#include <croft.h>
#include <stdint.h>
struct node { uintptr_t link; };
__attribute__((noinline)) static void take_link(struct node *to, const struct node *from, unsigned colour) {
  to->link = (from->link & ~(uintptr_t)1) | colour;
}
__attribute__((noinline)) static int *target(const struct node *n) { return (int *)(n->link & ~(uintptr_t)1); }
int f(unsigned colour) {
  struct node keep = { 0 };
  {
    CROFT_REGION(r);
    struct node node;
    int *x = CROFT_NEW(r, int);
    *x = 3;
    node.link = (uintptr_t)x;
    take_link(&keep, &node, colour & 1);
  }
  return *target(&keep); // error: R0403
}
