// the same with a number beside a pointer into a region that ends
#include <croft.h>
#include <stdint.h>
struct words { uintptr_t a, b; int *p; };
__attribute__((noinline)) static void one(struct words *w, uintptr_t p) { w->a = -p; }
__attribute__((noinline)) static void two(struct words *to, const struct words *from) { to->b = ~from->a; }
__attribute__((noinline)) static int three(const struct words *w) { return *(int *)(w->b + 1); }
int f(void) {
  struct words w;
  int n = 1;
  {
    CROFT_REGION(r);
    struct words v;
    v.p = CROFT_NEW(r, int);
    *v.p = 1;
    one(&v, (uintptr_t)&n);
    two(&w, &v);
  }
  return three(&w);
}
