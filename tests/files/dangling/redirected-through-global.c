// a callee redirects a pointer in a structure of the caller, which it knows from a global variable
#include <croft.h>
struct S { int **q; };
static struct S *G; static int *other;
__attribute__((noinline)) void redirect(void) { G->q = &other; }
int f(void) {
  struct S s; int *cell = 0;
  s.q = &cell; G = &s;
  redirect();
  croft_region r = croft_push();
  cell = CROFT_NEW(r, int); // error: R0402
  *s.q = 0;
  croft_pop(r);
  return cell ? *cell : 0;
}
