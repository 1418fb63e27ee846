// a structure that a callee made keeps a pointer into an inner region
#include <croft.h>
struct vec { long len, cap; int **items; };
__attribute__((noinline)) static void init(struct vec *v, croft_region r, long cap) {
  v->len = 0; v->cap = cap; v->items = CROFT_ARRAY(r, int *, cap);
}
__attribute__((noinline)) static void append(struct vec *v, int *x) { if (v->len < v->cap) v->items[v->len++] = x; }
__attribute__((noinline)) static struct vec *make(croft_region r, long cap) {
  struct vec *v = CROFT_NEW(r, struct vec);
  init(v, r, cap);
  return v;
}
int f(long k) {
  int sum = 0;
  croft_region r = croft_push();
  struct vec *v = make(r, k);
  croft_region inner = croft_push();
  int *x = CROFT_NEW(inner, int);
  *x = 1;
  append(v, x); // error: R0402
  croft_pop(inner);
  for (long i = 0; i < v->len; i++) sum += *v->items[i];
  croft_pop(r);
  return sum;
}
