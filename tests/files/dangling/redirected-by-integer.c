// a callee redirects a pointer by storing an integer in it
#include <croft.h>
#include <stdint.h>
struct S { int **q; };
CROFT_EFFECTS("get(arg0); nounwind") void peek(struct S *s);
__attribute__((noinline)) static void redirect(struct S *s, uintptr_t n) { *(uintptr_t *)&s->q = n; }
int f(uintptr_t n) {
  struct S s; int *cell;
  s.q = &cell;
  peek(&s);
  croft_region r = croft_push();
  cell = CROFT_NEW(r, int);
  *cell = 1;
  redirect(&s, n);
  *s.q = 0;
  croft_pop(r);
  return cell ? *cell : 0; // error: R0907
}
