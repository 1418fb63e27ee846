// a table of functions of one type
#include <croft.h>
typedef void (*handler)(int *);
static int *kept;
static void ignore(int *x) { (void)x; }
static void clear(int *x) { kept = NULL; *x = 0; }
static const handler table[2] = { ignore, clear };
void f(int which) {
  CROFT_REGION(r);
  int *x = CROFT_NEW(r, int);
  *x = kept != NULL;
  table[which & 1](x);
}
