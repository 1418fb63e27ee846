// a callee copies, byte by byte, what pointers in its arguments lead to
#include <croft.h>
struct box { unsigned char *at; };
__attribute__((noinline)) static void copy(const struct box *to, const struct box *from, int n) {
  for (int i = 0; i < n; i++)
    to->at[i] = from->at[i];
}
int f(void) {
  int *kept = 0;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    struct box from = { (unsigned char *)&p }, to = { (unsigned char *)&kept };
    copy(&to, &from, sizeof p);
  }
  return *kept; // error: R0907
}
