// the lowest of some addresses while the region lives, and the lowest of some numbers after that
#include <croft.h>
#include <stdint.h>
struct span { uintptr_t low, high; };
__attribute__((noinline)) static void widen(struct span *s, uintptr_t p) {
  s->low = p < s->low ? p : s->low;
  s->high = p > s->high ? p : s->high;
}
__attribute__((noinline)) static int first(const struct span *s) { return *(int *)s->low; }
int f(void) {
  struct span sizes = { UINTPTR_MAX, 0 };
  int n;
  {
    CROFT_REGION(r);
    struct span s = { UINTPTR_MAX, 0 };
    int *p = CROFT_NEW(r, int);
    *p = 1;
    widen(&s, (uintptr_t)p);
    widen(&sizes, s.high - s.low > 8 ? 4 : 8);
    n = first(&s);
  }
  return n + (int)sizes.low;
}
