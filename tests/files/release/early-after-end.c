// A registration ends with its region.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
void late(void)
{
    croft_region r = croft_push();
    int *object = CROFT_NEW(r, int);
    croft_registration cleanup = croft_register_cleanup(r, object, clear);
    croft_reset(r);
    croft_run_cleanup(cleanup); // error: R0403
    croft_pop(r);
}
