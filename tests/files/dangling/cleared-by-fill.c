// a callee clears a part of a structure, and then resets the region that the other part leads into
#include <croft.h>
#include <string.h>
struct node { int v; struct node *next; };
struct list { struct node *head; long n; };
__attribute__((noinline)) static void add(croft_region r, struct list *s, int v) {
  struct node *n = CROFT_NEW(r, struct node);
  n->v = v;
  n->next = s->head;
  s->head = n;
  s->n++;
}
__attribute__((noinline)) static void restart(croft_region r, struct list *s) {
  memset(&s->n, 0, sizeof s->n);
  croft_reset(r);
}
int f(int c) {
  CROFT_REGION(r);
  struct list s = {0};
  int x = 0;
  for (int i = 0; i < c; i++) {
    restart(r, &s);
    add(r, &s, i);
    add(r, &s, i);
    for (struct node *n = s.head; n; n = n->next) // error: R0403
      x += n->v;
  }
  return x;
}
