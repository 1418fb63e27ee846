// the lowest of some addresses, chosen in a callee, is made into a pointer after the region ended
#include <croft.h>
#include <stdint.h>
struct span { uintptr_t low, high; };
__attribute__((noinline)) static void widen(struct span *s, uintptr_t p) {
  s->low = p < s->low ? p : s->low;
  s->high = p > s->high ? p : s->high;
}
__attribute__((noinline)) static int first(const struct span *s) { return *(int *)s->low; }
int f(void) {
  struct span s = { UINTPTR_MAX, 0 };
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    widen(&s, (uintptr_t)p);
  }
  return first(&s); // error: R0907
}
