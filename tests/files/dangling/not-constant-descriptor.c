// the constant leads to memory in which nothing of the region is kept
#include <croft.h>
struct state { char *buffer; int used; };
struct device { struct state *state; int base; };
static struct state state;
static const struct device device = { &state, 0x100 };
__attribute__((noinline)) static void begin(const struct device *d, croft_region r) {
  d->state->buffer = CROFT_ARRAY(r, char, 16);
  d->state->used = 0;
}
__attribute__((noinline)) static void end(const struct device *d) { d->state->buffer = NULL; }
__attribute__((noinline)) void put(const struct device *d, char c) {
  if (d->state->buffer) d->state->buffer[d->state->used++] = c;
}
void session(void) {
  CROFT_REGION(r);
  put(&device, 'a');
  end(&device);
  char *buffer = CROFT_ARRAY(r, char, 16);
  buffer[0] = 'a';
}
