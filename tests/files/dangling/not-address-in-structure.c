// the difference of two addresses is a length
#include <croft.h>
#include <stdint.h>
struct stats { size_t bytes; };
void f(struct stats *s) {
  CROFT_REGION(r);
  char *start = CROFT_ARRAY(r, char, 16);
  char *at = start;
  for (int i = 0; i < 4; i++)
    *at++ = 'a';
  s->bytes = (size_t)(at - start);
}
