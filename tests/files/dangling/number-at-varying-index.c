// an address that came as a number is stored at one index and read at another as a pointer
#include <croft.h>
#include <stdint.h>
union word { uintptr_t u; int *p; };
__attribute__((noinline)) static int *through(uintptr_t n, int i, int j) {
  union word words[8] = {0};
  words[i & 7].u = n;
  return words[j & 7].p;
}
int f(int i) {
  int *kept;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    kept = through((uintptr_t)p, i, i);
  }
  return *kept; // error: R0403
}
