// a bit is set in a number
#include <croft.h>
#include <stdint.h>
union word { int *p; uintptr_t u; };
static uintptr_t kept;
__attribute__((noinline)) void f(void) {
  croft_region r = croft_push();
  union word *w = CROFT_NEW(r, union word);
  w->u = 2;
  kept = w->u | 1;
  croft_pop(r);
}
int g(void) { f(); return (int)(kept & ~(uintptr_t)1); }
