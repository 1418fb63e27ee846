// the place that a structure leads to is changed by a callee, which knows the structure by another name
#include <croft.h>
struct holder { int **place; };
struct list { struct holder *first; };
static int *other;
__attribute__((noinline)) static void redirect(struct list *list) { list->first->place = &other; }
__attribute__((noinline)) int f(struct list *a, struct list *b) {
  int *cell = NULL;
  struct holder holder = { &cell };
  a->first = &holder;
  croft_region r = croft_push();
  int *x = CROFT_NEW(r, int);
  *x = 1;
  *holder.place = x; // error: R0402
  redirect(b);
  *holder.place = NULL;
  croft_pop(r);
  a->first = NULL;
  return cell ? *cell : 0;
}
