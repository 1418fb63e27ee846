// a structure passed by value is changed by the callee: the copy is its own
#include <croft.h>
struct big { double m[8]; int *p; struct big *next; };
__attribute__((noinline)) static int use(struct big b) { b.m[0] = 1; b.p = 0; b.next = 0; return (int)b.m[0]; }
__attribute__((noinline)) static int walk(struct big b, croft_region r) { b.p = CROFT_NEW(r, int); *b.p = 4; return *b.p; }
int f(void) {
  int sum = 0;
  croft_region r = croft_push();
  struct big b = {{0}, 0, 0};
  b.p = CROFT_NEW(r, int);
  *b.p = 1;
  sum += use(b);
  croft_region s = croft_push();
  sum += walk(b, s);
  croft_pop(s);
  sum += *b.p;
  croft_pop(r);
  return sum;
}
int g(void) {
  struct big b = {{0}, 0, 0};
  croft_region s = croft_push();
  int n = walk(b, s);
  croft_pop(s);
  return n;
}
