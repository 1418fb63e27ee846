// the end of an array, added with a test for overflow, is kept as a number
#include <croft.h>
#include <stdint.h>
static uintptr_t kept;
__attribute__((noinline)) static void f(uintptr_t n) {
  croft_region r = croft_push();
  char *x = CROFT_ARRAY(r, char, 64);
  uintptr_t end;
  x[0] = 1;
  if (!__builtin_add_overflow((uintptr_t)x, n, &end))
    kept = end; // error: R0402
  croft_pop(r);
}
int g(uintptr_t n) { f(n); return *(char *)kept; }
