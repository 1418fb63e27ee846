// a callee computes with a number that it reads from a global variable, while another variable has an address in it
#include <croft.h>
#include <stdint.h>
static uintptr_t word;
static unsigned calls;
struct out { unsigned at; };
__attribute__((noinline)) static void get(struct out *out) { out->at = calls++ - 1; }
__attribute__((noinline)) static int *pointer(uintptr_t at) { return (int *)(at - 1); }
int f(void) {
  struct out out;
  int n;
  {
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    word = (uintptr_t)p + 1;
    get(&out);
    n = *pointer(word);
    word = 0;
  }
  return n + (int)out.at;
}
