// what sort calls comes from elsewhere, and the array lies in no region
#include <croft.h>
#include <stdlib.h>
int f(size_t n, int (*compare)(const void *, const void *)) {
  int w[4] = {4, 3, 2, 1};
  croft_region r = croft_push();
  int *v = CROFT_ARRAY(r, int, n);
  for (size_t i = 0; i < n; i++)
    v[i] = (int)(n - i);
  qsort(w, 4, sizeof *w, compare);
  int s = v[0] + w[0];
  croft_pop(r);
  return s;
}
