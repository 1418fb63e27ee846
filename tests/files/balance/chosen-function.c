// one of the functions that a condition chooses from ends the region, the other one does not
#include <croft.h>

static void leave(croft_region r) { (void)croft_alloc(r, 8, 8); }
static void end(croft_region r) { croft_pop(r); }

void work(int n)
{
    croft_region r = croft_push();
    void (*f)(croft_region) = n ? end : leave;
    f(r); // error: R0201
}
