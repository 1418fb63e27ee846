// flags: only-O0 because the optimiser merges the call into the return
#include <croft.h>
__attribute__((noinline)) static void end_if(croft_region r, int really)
{
    if (really)
        croft_pop(r);
} // error: R0205
void work(int really)
{
    croft_region r = croft_push();
    end_if(r, really);
}
