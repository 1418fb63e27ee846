// a callee stores an integer beside the pointer
#include <croft.h>
#include <stdint.h>
struct S { int **q; uintptr_t n; };
CROFT_EFFECTS("get(arg0); nounwind") void peek(struct S *s);
__attribute__((noinline)) static void count(struct S *s, uintptr_t n) { s->n = n; }
int f(uintptr_t n) {
  struct S s; int *cell;
  s.q = &cell;
  peek(&s);
  croft_region r = croft_push();
  cell = CROFT_NEW(r, int);
  *cell = 1;
  count(&s, n);
  *s.q = 0;
  croft_pop(r);
  return cell ? *cell : 0;
}
