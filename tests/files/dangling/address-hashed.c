// a callee that hashes an address keeps it as an integer
#include <croft.h>
#include <stdint.h>
static uintptr_t seen[256];
__attribute__((noinline)) static unsigned slot(uintptr_t key) { return (unsigned)((key >> 4) * 2654435761u >> 24); }
__attribute__((noinline)) static int mark(uintptr_t key) {
  int was = seen[slot(key)] == key;
  seen[slot(key)] = key;
  return was;
}
int f(void) {
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  int n = mark((uintptr_t)x); // error: R0402
  croft_pop(r);
  return n + *(int *)seen[0]; // error: R0403
}
