// a callee with more flows than a summary tells apart returns a number that lies beside a pointer
#include <croft.h>
#include <stdint.h>
struct many { int *p0, *p1, *p2, *p3, *p4, *p5, *p6, *p7, *p8, *p9; };
struct word { uintptr_t u; int *q; };
#define ALL(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9)
#define PICK(k) if (i == k) p = from->p##k;
#define SPREAD(k) if (j == k) to->p##k = p;
__attribute__((noinline)) static uintptr_t mix(struct many *to, const struct many *from, const struct word *w, int i, int j) {
  int *p = 0;
  ALL(PICK)
  ALL(SPREAD)
  return w->u;
}
static uintptr_t kept;
__attribute__((noinline)) static void f(int i, int j) {
  struct many from = {0}, to = {0};
  struct word w;
  CROFT_REGION(r);
  int *x = CROFT_NEW(r, int);
  *x = 1;
  w.u = 1;
  w.q = x;
  kept = mix(&to, &from, &w, i, j);
}
int g(int i, int j) { f(i, j); return (int)kept; }
