// the same of an address that lives on, while a hash of another one is kept beside it
#include <croft.h>
#include <stdint.h>
struct words { uintptr_t a, b; };
__attribute__((noinline)) static void put(struct words *w, uintptr_t p) { w->a = p * 3; }
__attribute__((noinline)) static int get(const struct words *w) { return *(int *)(w->a / 3); }
__attribute__((noinline)) static uintptr_t hash(const void *p) { return (uintptr_t)p % 1021; }
int f(void) {
  struct words w;
  int n = 1;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    put(&w, (uintptr_t)&n);
    w.b = hash(p);
  }
  return get(&w) + (w.b == 1);
}
