// both functions that a condition chooses from end the region
#include <croft.h>

static void end(croft_region r) { croft_pop(r); }
static void use_and_end(croft_region r)
{
    (void)croft_alloc(r, 8, 8);
    croft_pop(r);
}

void work(int n)
{
    croft_region r = croft_push();
    void (*f)(croft_region) = n ? end : use_and_end;
    f(r);
}
