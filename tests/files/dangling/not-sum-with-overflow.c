// whether the sum overflowed is no address
#include <croft.h>
#include <stdbool.h>
#include <stdint.h>
static bool kept;
static uintptr_t size;
__attribute__((noinline)) static void f(uintptr_t n) {
  croft_region r = croft_push();
  char *x = CROFT_ARRAY(r, char, 64);
  uintptr_t end;
  x[0] = 1;
  kept = __builtin_add_overflow((uintptr_t)x, n, &end);
  if (!kept)
    *(char *)(end - 1) = 1;
  if (!__builtin_mul_overflow(n, sizeof(int), &end))
    size = end;
  croft_pop(r);
}
uintptr_t g(uintptr_t n) { f(n); return kept ? 0 : size; }
