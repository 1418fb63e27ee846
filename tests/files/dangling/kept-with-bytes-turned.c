// a global variable keeps the pointer with its bytes turned round
#include <croft.h>
#include <stdint.h>
static uint64_t kept;
__attribute__((noinline)) void f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  kept = __builtin_bswap64((uintptr_t)x); // error: R0402
  croft_pop(r);
}
int g(void) { f(); return *(int *)__builtin_bswap64(kept); }
