// a union of a pointer and a number holds a number, and is passed by value
#include <croft.h>
#include <stdint.h>
union word { uintptr_t u; int *p; };
static union word kept;
__attribute__((noinline)) void keep(union word s) { kept = s; }
void f(void) {
  croft_region r = croft_push();
  union word *w = CROFT_NEW(r, union word);
  w->u = 1;
  keep(*w);
  croft_pop(r);
}
int g(void) { f(); return (int)kept.u; }
