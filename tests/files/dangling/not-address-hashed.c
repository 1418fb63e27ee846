// addresses are hashed, compared and printed as integers: nothing is kept
#include <croft.h>
#include <stdint.h>
#include <stdio.h>
struct entry { const void *key; int count; };
__attribute__((noinline)) static unsigned slot(uintptr_t key) { return (unsigned)((key >> 4) * 2654435761u >> 24); }
__attribute__((noinline)) static int bump(struct entry *table, const void *key) {
  struct entry *e = &table[slot((uintptr_t)key)];
  e->key = key;
  return ++e->count;
}
int f(void) {
  croft_region r = croft_push();
  struct entry *table = CROFT_ARRAY(r, struct entry, 256);
  int *x = CROFT_NEW(r, int);
  *x = 1;
  int n = bump(table, x);
  printf("%lx %d\n", (unsigned long)(uintptr_t)x, n);
  croft_pop(r);
  return n;
}
