// a table of functions holds one of another type
#include <croft.h>
typedef void (*handler)(int *);
static int *kept;
static void ignore(int *x) { (void)x; }
static int keep(int *x) { kept = x; return 1; }
static const handler table[2] = { ignore, (handler)keep };
void f(int which) {
  CROFT_REGION(r);
  int *x = CROFT_NEW(r, int);
  *x = kept != NULL;
  table[which & 1](x); // error: R0906
}
