// a virtual machine takes a tagged value from its stack after the region of what it points to has ended
#include <croft.h>
#include <stdint.h>
struct value { int tag; union { int64_t number; int *cell; } as; };
struct vm { struct value stack[16]; int top; };
__attribute__((noinline)) static void push(struct vm *m, struct value v) { m->stack[m->top++ & 15] = v; }
__attribute__((noinline)) static struct value pop(struct vm *m) { return m->stack[--m->top & 15]; }
__attribute__((noinline)) static int eval(struct value v) { return v.tag ? *v.as.cell : (int)v.as.number; }
__attribute__((noinline)) static struct value box(int *cell) {
  struct value v;
  v.tag = 1;
  v.as.cell = cell;
  return v;
}
int f(void) {
  struct vm m = {0};
  {
    CROFT_REGION(r);
    int *cell = CROFT_NEW(r, int);
    *cell = 9;
    push(&m, box(cell));
  }
  return eval(pop(&m)); // error: R0403
}
