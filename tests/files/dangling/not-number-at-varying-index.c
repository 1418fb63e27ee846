// numbers at varying indices, beside pointers at varying indices
#include <croft.h>
#include <stdint.h>
struct entry { uintptr_t key; int *value; };
__attribute__((noinline)) static int *through(uintptr_t key, int *value, int i, int j) {
  struct entry entries[8] = {0};
  entries[i & 7].key = key;
  entries[i & 7].value = value;
  return entries[j & 7].value;
}
int f(int i) {
  static int zero;
  int *kept;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    kept = through((uintptr_t)p, &zero, i, i);
  }
  return kept ? *kept : 0;
}
