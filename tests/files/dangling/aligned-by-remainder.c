// a bump allocator whose cursor is a number is rounded up by a remainder, in a callee that is given a context
#include <croft.h>
#include <stdint.h>
struct arena { uintptr_t cursor, end; };
struct context { int id; struct arena *arena; };
struct node { long size; uintptr_t at; };
__attribute__((noinline)) static void bump(struct context *c, struct node *n, uintptr_t align) {
  uintptr_t p = c->arena->cursor + align - 1;
  n->at = p - p % align;
  c->arena->cursor = n->at + 8;
}
__attribute__((noinline)) static int *at(const struct node *n) { return (int *)n->at; }
int f(uintptr_t align) {
  struct node n;
  {
    CROFT_REGION(r);
    struct arena a;
    struct context c = { 1, &a };
    a.cursor = (uintptr_t)CROFT_ARRAY(r, char, 64);
    a.end = a.cursor + 64;
    bump(&c, &n, align);
    *at(&n) = 1;
  }
  return *at(&n); // error: R0403
}
