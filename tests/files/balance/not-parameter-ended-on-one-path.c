// the callee ends the region on both paths
#include <croft.h>
__attribute__((noinline)) static void end(croft_region r, volatile int *really)
{
    if (*really)
        *really = 0;
    croft_pop(r);
}
void work(volatile int *really)
{
    croft_region r = croft_push();
    end(r, really);
}
