// a region is opened under a condition and ended if it was; the handle or a flag tells
#include <croft.h>
int by_handle(int n) {
  croft_region r = 0;
  int sum = 0;
  if (n > 4)
    r = croft_push();
  if (r) {
    int *x = CROFT_NEW(r, int);
    *x = n;
    sum = *x;
  }
  for (int i = 0; i < n; i++)
    sum += i;
  if (r)
    croft_pop(r);
  return sum;
}
int by_argument(int n, int *given) {
  croft_region r = 0;
  int sum = 0;
  if (!given)
    r = croft_push();
  for (int i = 0; i < n; i++)
    sum += i;
  if (!given)
    croft_pop(r);
  return sum;
}
