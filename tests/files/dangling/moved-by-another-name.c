// the same, and stores it in an object of an older region
#include <croft.h>
/* escape by the same way: t lives in the outer region, x in the inner one; both the caller's */
struct node { struct node *link; int *q; };
__attribute__((noinline)) void f(croft_region o, struct node *a, struct node *b, struct node *out, int *x) {
  struct node *t = CROFT_NEW(o, struct node);
  t->q = 0; t->link = 0;
  a->link = t;
  b->link->q = x;
  out->q = t->q;
}
int g(void) {
  CROFT_REGION(o);
  struct node h = { 0, 0 };
  struct node *out = CROFT_NEW(o, struct node);
  out->q = 0;
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  f(r, &h, &h, out, x); // error: R0402
  h.link = 0;
  croft_pop(r);
  return out->q ? *out->q : 0;
}
