// a multiple of an address is kept, and divided again where it is made into a pointer
#include <croft.h>
#include <stdint.h>
struct words { uintptr_t a, b; };
__attribute__((noinline)) static void put(struct words *w, uintptr_t p) { w->a = p * 3; }
__attribute__((noinline)) static int get(const struct words *w) { return *(int *)(w->a / 3); }
int f(void) {
  struct words w;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    put(&w, (uintptr_t)p);
  }
  return get(&w); // error: R0907
}
