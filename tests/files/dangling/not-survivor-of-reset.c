// a collector hands a new region over, with nothing of the old one in it
#include <croft.h>
struct object { struct object *link; int value; };
__attribute__((noinline)) static croft_region collect(croft_region old, struct object *root, struct object **out) {
  croft_region next = croft_push();
  struct object *copy = CROFT_NEW(next, struct object);
  copy->value = root->value;
  copy->link = NULL;
  *out = copy;
  croft_reset(old);
  return next;
}
int f(void) {
  CROFT_REGION(old);
  struct object *a = CROFT_NEW(old, struct object);
  struct object *b = CROFT_NEW(old, struct object);
  *a = (struct object){ NULL, 1 };
  *b = (struct object){ a, 2 };
  struct object *root;
  croft_region next = collect(old, b, &root);
  int value = root->link ? root->link->value : 0;
  croft_pop(next);
  return value;
}
