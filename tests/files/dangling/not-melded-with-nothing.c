// a heap is melded with nothing: no pointer is read through null
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
  heap = put(r, heap, 2);
  heap = meld(heap->child, heap);
  heap->child->sibling = CROFT_NEW(r, struct heap);
  unsigned sum = heap->weight;
  croft_pop(r);
  return sum;
}
