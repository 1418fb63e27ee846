// a pointer is copied as a floating-point number into a variable, and used in time
#include <croft.h>
__attribute__((noinline)) void cpy(double *d, const double *s) { *d = *s; }
int f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  int *copy;
  cpy((double *)&copy, (double *)&x);
  int value = *copy;
  croft_pop(r);
  return value;
}
