// a callee reads the pointer from a global variable as an integer and returns it
#include <croft.h>
#include <stdint.h>
#include <string.h>
static int *G;
__attribute__((noinline)) uintptr_t bits(void) { uintptr_t u; memcpy(&u, &G, sizeof u); return u; }
int f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  G = x; // error: R0402
  uintptr_t u = bits();
  G = 0;
  croft_pop(r);
  return *(int *)u;
}
