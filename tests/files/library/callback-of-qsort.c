// a comparison that sort and search call keeps what it is given
#include <croft.h>
#include <stdlib.h>
struct item { int key; char *name; };
static const struct item *least;
static char *latest;
static int by_key(const void *a, const void *b) {
  least = a;
  return ((const struct item *)a)->key - ((const struct item *)b)->key;
}
static int by_item(const void *a, const void *b) {
  latest = (*(struct item *const *)b)->name;
  return (*(struct item *const *)a)->key - (*(struct item *const *)b)->key;
}
int f(size_t n) {
  croft_region r = croft_push();
  struct item *v = CROFT_ARRAY(r, struct item, n);
  for (size_t i = 0; i < n; i++)
    v[i].key = (int)(n - i);
  qsort(v, n, sizeof *v, by_key); // error: R0402
  int s = v[0].key;
  croft_pop(r);
  return s;
}
int h(size_t n) {
  croft_region r = croft_push();
  struct item *v = CROFT_NEW(r, struct item);
  v->key = 1;
  v->name = CROFT_ARRAY(r, char, 8);
  struct item **w = CROFT_ARRAY(r, struct item *, n);
  for (size_t i = 0; i < n; i++)
    w[i] = v;
  qsort(w, n, sizeof *w, by_item); // error: R0402
  int s = w[0]->key;
  croft_pop(r);
  return s;
}
int g(void) { return least->key + *latest; }
