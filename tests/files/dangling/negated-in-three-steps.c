// an address is negated in one function, made positive again in another, and a pointer in a third
#include <croft.h>
#include <stdint.h>
struct words { uintptr_t a, b; };
__attribute__((noinline)) static void one(struct words *w, uintptr_t p) { w->a = -p; }
__attribute__((noinline)) static void two(struct words *to, const struct words *from) { to->b = ~from->a; }
__attribute__((noinline)) static int three(const struct words *w) { return *(int *)(w->b + 1); }
int f(void) {
  struct words v, w;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    one(&v, (uintptr_t)p);
    two(&w, &v);
  }
  return three(&w); // error: R0907
}
