// a callee resets the region and then follows an address in it that it got as a number
#include <croft.h>
#include <stdint.h>
__attribute__((noinline)) static int peek(croft_region r, uintptr_t address) {
  croft_reset(r);
  return *(int *)address;
}
int f(void) {
  CROFT_REGION(r);
  int *p = CROFT_NEW(r, int);
  *p = 7;
  return peek(r, (uintptr_t)p); // error: R0403
}
