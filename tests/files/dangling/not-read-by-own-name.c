// a structure is linked into the list of the caller; what is stored through the list is read in time by its own name
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
  int read = y ? *y : 0;
  t->p = 0;
  croft_pop(r);
  a->link = 0;
  return read;
}
int main(void) { struct node n = { 0, 0 }; return f(&n, &n); }
