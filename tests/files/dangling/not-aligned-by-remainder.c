// the same while the arena's memory lives, beside sums of numbers in a region that ends
#include <croft.h>
#include <stdint.h>
struct arena { uintptr_t cursor, end; };
struct context { int id; struct arena *arena; };
struct node { long size; uintptr_t at; struct node *next; };
struct stats { long total; long largest; };
__attribute__((noinline)) static void bump(struct context *c, struct node *n, uintptr_t align) {
  uintptr_t p = c->arena->cursor + align - 1;
  n->at = p - p % align;
  c->arena->cursor = n->at + 8;
}
__attribute__((noinline)) static int *at(const struct node *n) { return (int *)n->at; }
__attribute__((noinline)) static void count(struct stats *s, const struct node *n) {
  s->total = s->total + n->size;
  s->largest = s->largest > n->size ? s->largest : n->size;
}
long f(uintptr_t align) {
  struct stats s = { 0, 0 };
  CROFT_REGION(outer);
  struct arena a;
  struct context c = { 1, &a };
  a.cursor = (uintptr_t)CROFT_ARRAY(outer, char, 64);
  a.end = a.cursor + 64;
  int *kept;
  {
    CROFT_REGION(r);
    struct node *last = CROFT_NEW(r, struct node);
    last->size = 2;
    last->next = 0;
    struct node *list = CROFT_NEW(r, struct node);
    list->size = 3;
    list->next = last;
    bump(&c, list, align);
    kept = at(list);
    *kept = 1;
    count(&s, list);
    count(&s, list->next);
  }
  return s.total + s.largest + *kept;
}
