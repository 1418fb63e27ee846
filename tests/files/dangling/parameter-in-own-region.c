// a parameter is kept in a table of the function's own, and used from there after its region was reset
#include <croft.h>
struct node { struct node *next; int value; };
__attribute__((noinline)) static int total(croft_region scratch, struct node *only) {
  CROFT_REGION(own);
  struct node **table = CROFT_ARRAY(own, struct node *, 4);
  table[0] = only;
  croft_reset(scratch);
  return table[0]->value;
}
int f(void) {
  CROFT_REGION(r);
  struct node *node = CROFT_NEW(r, struct node);
  node->value = 1;
  return total(r, node); // error: R0403
}
