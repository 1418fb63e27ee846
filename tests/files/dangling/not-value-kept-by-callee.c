// a tagged union is passed by value to callees that look at it, and copy it in the same region
#include <croft.h>
struct node { int weight; };
struct value { long tag; union { long number; struct node *node; } as; };
struct cell { struct value v; struct cell *next; };
__attribute__((noinline)) static long weigh(struct value v) { return v.tag == 1 ? v.as.node->weight : v.as.number; }
__attribute__((noinline)) static struct value boxed(croft_region r, int weight) {
  struct value v;
  v.tag = 1;
  v.as.node = CROFT_NEW(r, struct node);
  v.as.node->weight = weight;
  return v;
}
__attribute__((noinline)) static struct value number(long n) {
  struct value v;
  v.tag = 0;
  v.as.number = n;
  return v;
}
__attribute__((noinline)) static struct cell *cons(croft_region r, struct value v, struct cell *next) {
  struct cell *c = CROFT_NEW(r, struct cell);
  c->v = v;
  c->next = next;
  return c;
}
long f(int weight) {
  croft_region r = croft_push();
  struct cell *list = cons(r, boxed(r, weight), cons(r, number(weight), 0));
  long sum = 0;
  for (struct cell *c = list; c; c = c->next)
    sum += weigh(c->v);
  croft_pop(r);
  return sum;
}
