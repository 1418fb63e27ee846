// a structure is linked into the list of the caller; stored through the list, read by its own name
#include <croft.h>
struct node { struct node *link; int *p; };
__attribute__((noinline)) int f(struct node *a, struct node *b) {
  struct node s = { 0, 0 };
  a->link = &s;
  struct node *t = b->link;      /* a == b: &s */
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  t->p = x;
  int *y = s.p;
  t->p = 0;
  croft_pop(r);
  a->link = 0;
  return y ? *y : 0; // error: R0907
}
int main(void) { struct node n = { 0, 0 }; return f(&n, &n); }
