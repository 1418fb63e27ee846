// the number of a page is kept, and another function makes it the page's address
#include <croft.h>
#include <stdint.h>
static uintptr_t page;
__attribute__((noinline)) static uintptr_t page_of(void *p) { return (uintptr_t)p / 4096; }
__attribute__((noinline)) static char *start(void) { return (char *)(page * 4096); }
int f(void) {
  croft_region r = croft_push();
  char *x = CROFT_ARRAY(r, char, 64);
  x[0] = 1;
  page = page_of(x); // error: R0402
  croft_pop(r);
  return *start();
}
