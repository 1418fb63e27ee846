// an address is kept as a number
#include <croft.h>
#include <stdint.h>
struct stats { size_t bytes; };
void f(struct stats *s) {
  CROFT_REGION(r);
  char *start = CROFT_ARRAY(r, char, 16);
  start[0] = 'a';
  s->bytes = (size_t)(uintptr_t)start; // error: R0402
}
