// a table of addresses as integers holds that of a global variable
#include <croft.h>
#include <stdint.h>
static int *kept;
int f(int which) {
  int *local = NULL;
  uintptr_t table[4];
  table[1] = (uintptr_t)&kept;
  table[2] = (uintptr_t)&local;
  {
    CROFT_REGION(r);
    int **place = (int **)table[which];
    *place = CROFT_NEW(r, int); // error: R0402
    **place = 1;
  }
  return 0;
}
