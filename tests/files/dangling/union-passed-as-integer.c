// a union of a pointer and a number is passed by value, as an integer
#include <croft.h>
#include <stdint.h>
union word { uintptr_t u; int *p; };
static union word kept;
__attribute__((noinline)) void keep(union word s) { kept = s; }
__attribute__((noinline)) void f(void) {
  croft_region r = croft_push();
  union word *w = CROFT_NEW(r, union word);
  w->p = CROFT_NEW(r, int);
  *w->p = 1;
  keep(*w); // error: R0402
  croft_pop(r);
}
int g(void) { f(); return *kept.p; }
