// a pointer is read from the region as an integer and passed to a callee that keeps it
#include <croft.h>
#include <stdint.h>
union word { int *p; uintptr_t u; };
static uintptr_t kept;
__attribute__((noinline)) void keep(uintptr_t v) { kept = v; }
__attribute__((noinline)) void f(void) {
  croft_region r = croft_push();
  union word *w = CROFT_NEW(r, union word);
  w->p = CROFT_NEW(r, int);
  *w->p = 1;
  keep(w->u); // error: R0402
  croft_pop(r);
}
int g(void) { f(); return *(int *)kept; }
