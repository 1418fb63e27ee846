// the program has a function of its own with the name of a library function, which takes other arguments
#include <croft.h>
struct message { struct message *next; int text; };
int send(struct message **queue, struct message *message) __attribute__((nothrow));
int f(struct message **queue) {
  CROFT_REGION(r);
  struct message *m = CROFT_NEW(r, struct message);
  m->text = 1;
  return send(queue, m); // error: R0902
}
