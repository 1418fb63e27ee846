// a pointer into the region is copied byte by byte into a global variable
#include <croft.h>
static int *G;
__attribute__((noinline)) void cpy(char *d, const char *s, size_t n) { for (size_t i = 0; i < n; i++) d[i] = s[i]; }
int f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  cpy((char *)&G, (char *)&x, sizeof x); // error: R0402
  croft_pop(r);
  return *G;
}
