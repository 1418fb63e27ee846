// a region is opened and ended under the same condition, which is written twice
#include <croft.h>
static int work(unsigned n, int *b) {
  int s = 0;
  for (unsigned i = 0; i < n; i++) {
    b[i] = (int)i;
    s += b[i];
  }
  return s;
}
int f(unsigned n) {
  int small[8];
  int *b = small;
  croft_region r = 0;
  if (n > 8) {
    r = croft_push();
    b = CROFT_ARRAY(r, int, n);
  }
  int s = work(n, b);
  if (n > 8)
    croft_pop(r);
  return s;
}
