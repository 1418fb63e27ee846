// an address comes back as the number beside a pointer in a small structure, through two callees
#include <croft.h>
#include <stdint.h>
union word { uintptr_t u; int *p; };
struct two { union word w; int *q; };
struct holder { uintptr_t u; };
static int zero;
__attribute__((noinline)) static struct two make(const struct two *from, int *q) {
  struct two t;
  t.w = from->w;
  t.q = q;
  return t;
}
__attribute__((noinline)) static struct two again(const struct two *from, int *q) { return make(from, q); }
__attribute__((noinline)) static void f(struct holder *holder) {
  CROFT_REGION(r);
  struct two t;
  t.w.p = CROFT_NEW(r, int);
  *t.w.p = 1;
  t.q = &zero;
  holder->u = again(&t, &zero).w.u; // error: R0402
}
int g(void) {
  struct holder holder;
  f(&holder);
  return *(int *)holder.u;
}
