// a tagged union is passed by value, and the callee keeps the pointer in it
#include <croft.h>
struct node { int weight; };
struct value { long tag; union { long number; struct node *node; } as; };
static struct value last;
__attribute__((noinline)) static void remember(struct value v) { if (v.tag == 1) last = v; }
__attribute__((noinline)) static struct value boxed(croft_region r, int weight) {
  struct value v;
  v.tag = 1;
  v.as.node = CROFT_NEW(r, struct node);
  v.as.node->weight = weight;
  return v;
}
int f(int weight) {
  int sum = 0;
  croft_region r = croft_push();
  struct value v = boxed(r, weight);
  remember(v); // error: R0402
  sum += v.as.node->weight;
  croft_pop(r);
  return sum;
}
int g(void) { return last.as.node->weight; }
