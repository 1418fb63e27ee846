// the number of a page is kept and compared; some other number is made into a pointer
#include <croft.h>
#include <stdint.h>
static uintptr_t page;
__attribute__((noinline)) static uintptr_t page_of(void *p, uintptr_t size) { return (uintptr_t)p / size; }
__attribute__((noinline)) static int *untagged(uintptr_t word) { return (int *)(word & ~(uintptr_t)7); }
int f(uintptr_t size) {
  croft_region r = croft_push();
  int *x = CROFT_ARRAY(r, int, 64);
  x[0] = 1;
  page = page_of(x, size);
  int n = *untagged((uintptr_t)x | 1);
  croft_pop(r);
  return n + (page == 1);
}
