// a number is read from the region and passed to a callee that keeps it
#include <croft.h>
#include <stdint.h>
union word { int *p; uintptr_t u; };
static uintptr_t kept;
__attribute__((noinline)) void keep(uintptr_t v) { kept = v; }
void f(void) {
  croft_region r = croft_push();
  union word *w = CROFT_NEW(r, union word);
  w->u = 1;
  keep(w->u);
  croft_pop(r);
}
int g(void) { f(); return (int)kept; }
