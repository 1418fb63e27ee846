// a callee rounds an address up by a division, and the result is kept as a number
#include <croft.h>
#include <stdint.h>
static uintptr_t kept;
__attribute__((noinline)) static uintptr_t up(uintptr_t p, uintptr_t a) { return (p + a - 1) / a * a; }
__attribute__((noinline)) static void f(uintptr_t a) {
  croft_region r = croft_push();
  char *x = CROFT_ARRAY(r, char, 64);
  x[0] = 1;
  kept = up((uintptr_t)x, a); // error: R0402
  croft_pop(r);
}
int g(uintptr_t a) { f(a); return *(char *)kept; }
