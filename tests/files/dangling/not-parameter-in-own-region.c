// the same, used before the reset
#include <croft.h>
struct node { struct node *next; int value; };
__attribute__((noinline)) static int total(croft_region scratch, struct node *only) {
  CROFT_REGION(own);
  struct node **table = CROFT_ARRAY(own, struct node *, 4);
  table[0] = only;
  int value = table[0]->value;
  croft_reset(scratch);
  return value;
}
int f(void) {
  CROFT_REGION(r);
  struct node *node = CROFT_NEW(r, struct node);
  node->value = 1;
  return total(r, node);
}
