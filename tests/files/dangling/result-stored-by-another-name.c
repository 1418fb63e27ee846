// a callee links a fresh object, stores through the link, and returns what the object holds
#include <croft.h>
struct node { struct node *link; int *q; };
__attribute__((noinline)) int *f(croft_region o, struct node *a, struct node *b, int *x) {
  struct node *t = CROFT_NEW(o, struct node);
  t->q = 0; t->link = 0;
  a->link = t;
  b->link->q = x;        /* a == b: t->q = x */
  return t->q;
}
int g(void) {
  struct node h = { 0, 0 };
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  int *y = f(r, &h, &h, x);
  h.link = 0;
  croft_pop(r);
  return y ? *y : 0; // error: R0403
}
