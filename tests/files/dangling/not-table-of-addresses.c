// a table of addresses as integers holds those of variables of the function
#include <croft.h>
#include <stdint.h>
static int *kept;
int f(int which) {
  int *first = NULL, *local = NULL;
  uintptr_t table[4];
  table[1] = (uintptr_t)&first;
  table[2] = (uintptr_t)&local;
  {
    CROFT_REGION(r);
    int **place = (int **)table[which];
    *place = CROFT_NEW(r, int);
    **place = 1;
  }
  return kept != NULL;
}
