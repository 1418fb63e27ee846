// arrays in a region are sorted and searched; the comparison only looks
#include <croft.h>
#include <stdlib.h>
struct item { int key; char *name; };
static int by_key(const void *a, const void *b) {
  return ((const struct item *)a)->key - ((const struct item *)b)->key;
}
static int by_item(const void *a, const void *b) {
  return (*(struct item *const *)a)->key - (*(struct item *const *)b)->key;
}
__attribute__((noinline)) static void sort(struct item **v, size_t n, int (*compare)(const void *, const void *)) {
  qsort(v, n, sizeof *v, compare);
}
int f(size_t n) {
  croft_region r = croft_push();
  struct item *v = CROFT_ARRAY(r, struct item, n);
  char *name = CROFT_ARRAY(r, char, 8);
  struct item **w = CROFT_ARRAY(r, struct item *, n);
  for (size_t i = 0; i < n; i++) {
    v[i].key = (int)(n - i);
    v[i].name = name;
    w[i] = &v[i];
  }
  qsort(v, n, sizeof *v, by_key);
  struct item k = {3, 0};
  struct item *found = bsearch(&k, v, n, sizeof *v, by_key);
  sort(w, n, by_item);
  int s = w[0]->key + (found ? found->name - name : 0);
  croft_pop(r);
  return s;
}
