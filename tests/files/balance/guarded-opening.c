// a region is opened under a condition, and ended under another one
#include <croft.h>
int by_handle(int n, int m) {
  croft_region r = 0;
  int sum = 0;
  if (n > 4)
    r = croft_push();
  for (int i = 0; i < n; i++)
    sum += i;
  if (m) // error: R0201
    return sum;
  if (r)
    croft_pop(r);
  return sum;
}
int by_argument(int n, int *given, int *other) {
  croft_region r = 0;
  int sum = 0;
  if (!given)
    r = croft_push();
  for (int i = 0; i < n; i++)
    sum += i;
  if (!other)
    croft_pop(r); // error: R0205
  return sum;
}
/* A value that is computed anew is not what was tested. */
int in_a_loop(int n, volatile int *flags) {
  int sum = 0;
  for (int i = 0; i < n; i++) {
    croft_region r = 0;
    if (flags[i])
      r = croft_push();
    sum += i;
    if (flags[i])
      croft_pop(r); // error: R0205
  }
  return sum;
}
