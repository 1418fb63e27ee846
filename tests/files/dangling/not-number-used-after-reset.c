// a callee follows an address that it got as a number, and then resets the region
#include <croft.h>
#include <stdint.h>
__attribute__((noinline)) static int peek(croft_region r, uintptr_t address) {
  int value = *(int *)address;
  croft_reset(r);
  return value;
}
int f(void) {
  CROFT_REGION(r);
  int *p = CROFT_NEW(r, int);
  *p = 7;
  return peek(r, (uintptr_t)p);
}
