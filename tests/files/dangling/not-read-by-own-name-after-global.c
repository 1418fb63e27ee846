// a structure is stored in a global variable; what is stored through the variable is read in time by its own name
#include <croft.h>
struct node { int *p; };
static struct node *G;
__attribute__((noinline)) struct node *get(void) { return G; }
int f(void) {
  struct node s = { 0 };
  G = &s;
  struct node *t = get();
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  t->p = x;
  int *y = s.p;
  int read = y ? *y : 0;
  t->p = 0;
  croft_pop(r);
  G = 0;
  return read;
}
