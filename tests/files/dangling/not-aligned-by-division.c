// quotients and remainders of addresses that nobody makes into pointers are numbers: hashes, tests of alignment; so are lengths
#include <croft.h>
#include <stdint.h>
struct stats { uintptr_t hash, page; long length; int aligned; };
static struct stats last;
static uintptr_t kept;
__attribute__((noinline)) static uintptr_t up(uintptr_t p, uintptr_t a) { return (p + a - 1) / a * a; }
__attribute__((noinline)) static uintptr_t hash(const void *p, uintptr_t n) { return (uintptr_t)p / 16 % n; }
__attribute__((noinline)) static int f(uintptr_t a) {
  croft_region r = croft_push();
  char *x = CROFT_ARRAY(r, char, 64);
  char *end = x + a;
  x[0] = 1;
  kept = up((uintptr_t)x, a);
  kept = up(a, 16);
  last.hash = hash(x, 1021);
  last.page = (uintptr_t)x / a;
  last.length = end - x;
  last.aligned = (uintptr_t)x % 16 == 0;
  croft_pop(r);
  return (int)last.hash + last.aligned;
}
int g(uintptr_t a) { return f(a) + (int)(last.page + (uintptr_t)last.length); }
