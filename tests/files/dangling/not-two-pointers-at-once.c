// two pointers are stored at once, and both are overwritten
#include <croft.h>
#include <stdint.h>
typedef uintptr_t two __attribute__((vector_size(16)));
struct pair { int *a, *b; } __attribute__((aligned(16)));
void f(struct pair *p) {
  CROFT_REGION(r);
  int *x = CROFT_NEW(r, int);
  *x = 1;
  *(two *)p = (two){ 0, (uintptr_t)x };
  p->b = NULL;
  p->a = NULL;
}
