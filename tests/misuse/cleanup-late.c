// A registration of a region that was reset.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
int main(void)
{
    croft_region r = croft_push();
    int *number = CROFT_NEW(r, int);
    croft_registration cleanup = croft_register_cleanup(r, number, clear);
    croft_reset(r);
    croft_run_cleanup(cleanup);
    croft_pop(r);
}
//> croft: misuse: write of 32 bytes in memory that a reset of its region has ended
//>   at        cleanup-late.c:13:5 in main
//>   opened at cleanup-late.c:9:22 in main
//>   reset at  cleanup-late.c:12:5 in main
