// the same with a structure on the heap or on the stack
#include <croft.h>
struct S { int **q; };
static struct S *G; static int *other;
void redirect(void) { G->q = &other; }
struct list { struct list *next; int *p; };
int f(void) {
  /* a chain of out-parameters on the stack */
  struct S s; int *cell = 0;
  s.q = &cell; G = &s;
  croft_region r = croft_push();
  redirect();
  cell = CROFT_NEW(r, int); // error: R0402
  *s.q = 0;
  croft_pop(r);
  return cell ? *cell : 0;
}
