// a callee sets a global variable, and leaves the structure of the caller alone
#include <croft.h>
struct S { int **q; };
static struct S *G; static int *other;
__attribute__((noinline)) void redirect(void) { other = 0; }
int f(void) {
  struct S s; int *cell = 0;
  s.q = &cell; G = &s;
  redirect();
  croft_region r = croft_push();
  cell = CROFT_NEW(r, int);
  *s.q = 0;
  croft_pop(r);
  return cell ? *cell : 0;
}
