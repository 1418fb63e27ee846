// counters beside pointers, and beside words that are addresses, are added up in callees
#include <croft.h>
#include <stdint.h>
struct node { long size; uintptr_t word; struct node *next; };
struct stats { long total, longest; uintptr_t words; };
__attribute__((noinline)) static struct node *push(croft_region r, struct node *list, long size, void *p) {
  struct node *n = CROFT_NEW(r, struct node);
  n->size = size;
  n->word = (uintptr_t)p + 1;
  n->next = list;
  return n;
}
__attribute__((noinline)) static int *of(const struct node *n) { return (int *)(n->word - 1); }
__attribute__((noinline)) static void add(struct stats *s, const struct node *n) {
  s->total = s->total + n->size;
  s->words = s->words + 1;
}
int f(struct stats *s) {
  CROFT_REGION(r);
  int *x = CROFT_NEW(r, int);
  *x = 1;
  struct node *list = push(r, 0, 1, x);
  list = push(r, list, 2, x);
  add(s, list);
  for (const struct node *n = list; n; n = n->next) {
    add(s, n);
    s->longest = n->size + 1;
  }
  return *of(list);
}
