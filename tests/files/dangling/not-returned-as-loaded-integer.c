// a callee reads a number from another global variable and returns it
#include <croft.h>
#include <stdint.h>
#include <string.h>
int *G;
static uintptr_t count;
__attribute__((noinline)) uintptr_t bits(void) { uintptr_t u; memcpy(&u, &count, sizeof u); return u; }
int f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  G = x;
  uintptr_t u = bits();
  G = 0;
  croft_pop(r);
  return (int)u;
}
