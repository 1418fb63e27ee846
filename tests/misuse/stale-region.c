// An allocation through a handle that was kept too long.
#include <croft.h>
croft_region kept;
static void open_and_end(void)
{
    CROFT_REGION(r);
    kept = r;
}
int main(void)
{
    open_and_end();
    CROFT_REGION(r);
    *CROFT_NEW(r, int) = 1;
    *CROFT_NEW(kept, int) = 2;
}
//> croft: misuse: allocation in a region that has ended
//>   at        stale-region.c:14:6 in main
//>   opened at stale-region.c:6:5 in open_and_end
//>   ended at  stale-region.c:8:1 in open_and_end
