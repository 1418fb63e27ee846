// a declared solver calls back with the state and a context
#include <croft.h>
struct context { double *scratch; double rate; };
CROFT_EFFECTS("get(args); call(arg2, arg0, arg3); nounwind")
void solve(double *state, long n, void (*step)(double *, void *), void *context);
static void step(double *state, void *opaque) {
  struct context *c = opaque;
  c->scratch[0] = state[0];
  state[0] += c->rate * c->scratch[0];
}
double f(long n) {
  croft_region r = croft_push();
  double *state = CROFT_ARRAY(r, double, n);
  struct context c = {CROFT_ARRAY(r, double, n), 0.5};
  state[0] = 1;
  solve(state, n, step, &c);
  double x = state[0];
  croft_pop(r);
  return x;
}
