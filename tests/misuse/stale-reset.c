// A reset of a region that has ended.
#include <croft.h>
int main(void)
{
    croft_region r = croft_push();
    croft_pop(r);
    croft_reset(r);
}
//> croft: misuse: reset of a region that has ended
//>   at        stale-reset.c:7:5 in main
//>   opened at stale-reset.c:5:22 in main
//>   ended at  stale-reset.c:6:5 in main
