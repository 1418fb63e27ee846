// a pointer into the region is copied as a floating-point number
#include <croft.h>
static int *G;
__attribute__((noinline)) void cpy(double *d, const double *s) { *d = *s; }
int f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  cpy((double *)&G, (double *)&x); // error: R0402
  croft_pop(r);
  return *G;
}
