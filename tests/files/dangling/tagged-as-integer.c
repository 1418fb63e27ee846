// a bit is set in the pointer where it lies
#include <croft.h>
#include <stdint.h>
union word { int *p; uintptr_t u; };
static uintptr_t kept;
__attribute__((noinline)) void f(void) {
  croft_region r = croft_push();
  union word *w = CROFT_NEW(r, union word);
  w->p = CROFT_NEW(r, int);
  *w->p = 1;
  kept = w->u | 1; // error: R0402
  croft_pop(r);
}
int g(void) { f(); return *(int *)(kept & ~(uintptr_t)1); }
