// a callee computes with a tagged word that it reads from a global variable
#include <croft.h>
#include <stdint.h>
static uintptr_t word;
struct out { uintptr_t at; };
__attribute__((noinline)) static void get(struct out *out) { out->at = word - 1; }
__attribute__((noinline)) static int *pointer(const struct out *out) { return (int *)out->at; }
int f(void) {
  struct out out;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    word = (uintptr_t)p + 1; // error: R0402
    get(&out);
    word = 0;
  }
  return *pointer(&out);
}
