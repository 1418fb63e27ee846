// a structure passed by value: the callee changes its copy, and keeps the pointer that was in it
#include <croft.h>
struct big { double m[8]; int *p; struct big *next; };
static int *kept;
__attribute__((noinline)) static int use(struct big b) {
  kept = b.p;
  b.p = 0;
  b.next = 0;
  return (int)b.m[0];
}
int f(void) {
  int sum = 0;
  croft_region r = croft_push();
  struct big b = {{0}, 0, 0};
  b.p = CROFT_NEW(r, int);
  *b.p = 1;
  sum += use(b); // error: R0402
  sum += *b.p;
  croft_pop(r);
  return sum;
}
int g(void) { return *kept; }
