// a name is copied byte by byte into a global variable
#include <croft.h>
static char text[8];
__attribute__((noinline)) void cpy(char *d, const char *s, size_t n) { for (size_t i = 0; i < n; i++) d[i] = s[i]; }
int f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  char name[8] = "name";
  cpy(text, name, sizeof text);
  croft_pop(r);
  return text[0];
}
