// what sort calls comes from elsewhere
#include <croft.h>
#include <stdlib.h>
int f(size_t n, int (*compare)(const void *, const void *)) {
  croft_region r = croft_push();
  int *v = CROFT_ARRAY(r, int, n);
  for (size_t i = 0; i < n; i++)
    v[i] = (int)(n - i);
  qsort(v, n, sizeof *v, compare); // error: R0906
  int s = v[0];
  croft_pop(r);
  return s;
}
