// what is cleared is at an address that came as an integer, and is certainly the structure
#include <croft.h>
#include <stdint.h>
/* set through an address that may be another integer */
struct holder { int *p; };
__attribute__((noinline)) void clear(struct holder *h, uintptr_t dev, int c) {
  uintptr_t a = (uintptr_t)h;
  *(int **)a = 0;
}
int f(uintptr_t dev, int c) {
  struct holder h;
  croft_region r = croft_push();
  h.p = CROFT_NEW(r, int);
  *h.p = 1;
  clear(&h, dev, c);
  croft_pop(r);
  return h.p ? *h.p : 0;
}
