// a pointer is copied byte by byte, each at an offset of its own
#include <croft.h>
__attribute__((noinline)) static void put8(volatile unsigned char *to, const unsigned char *from) {
  to[0] = from[0];
  to[1] = from[1];
  to[2] = from[2];
  to[3] = from[3];
  to[4] = from[4];
  to[5] = from[5];
  to[6] = from[6];
  to[7] = from[7];
}
int f(void) {
  int *kept;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    put8((unsigned char *)&kept, (unsigned char *)&p);
  }
  return *kept; // error: R0907
}
