// a heap is melded with one of an inner region
#include <croft.h>
struct heap { struct heap *child, *sibling; unsigned weight; };
__attribute__((noinline)) static struct heap *meld(struct heap *a, struct heap *b) {
  if (!a)
    return b;
  b->sibling = a->child;
  a->child = b;
  return a;
}
__attribute__((noinline)) static struct heap *put(croft_region r, struct heap *heap, unsigned weight) {
  struct heap *one = CROFT_NEW(r, struct heap);
  one->child = one->sibling = 0;
  one->weight = weight;
  return meld(heap, one);
}
unsigned f(void) {
  croft_region r = croft_push();
  struct heap *heap = put(r, 0, 1);
  croft_region inner = croft_push();
  heap = put(inner, heap, 2); // error: R0402
  croft_pop(inner);
  unsigned sum = heap->weight; // error: R0403
  croft_pop(r);
  return sum;
}
