// a word that may be an address is computed with in a callee, beside a counter
#include <croft.h>
#include <stdint.h>
struct node { long size; uintptr_t word; struct node *next; };
struct stats { long total, longest; uintptr_t word; };
__attribute__((noinline)) static struct node *push(croft_region r, struct node *list, long size, void *p) {
  struct node *n = CROFT_NEW(r, struct node);
  n->size = size;
  n->word = (uintptr_t)p + 1;
  n->next = list;
  return n;
}
__attribute__((noinline)) static int *of(const uintptr_t *word) { return (int *)(*word - 1); }
__attribute__((noinline)) static void add(struct stats *s, const struct node *n) {
  s->total = s->total + n->size;
  s->word = n->word + 8;
}
void f(struct stats *s) {
  CROFT_REGION(r);
  int *x = CROFT_NEW(r, int);
  *x = 1;
  struct node n = { 1, (uintptr_t)x + 1, 0 };
  add(s, &n); // error: R0402
}
int g(void) {
  CROFT_REGION(r);
  int *x = CROFT_NEW(r, int);
  *x = 1;
  struct node *list = push(r, 0, 1, x);
  return *of(&list->word);
}
