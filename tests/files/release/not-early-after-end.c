// Before it ends, twice if need be; null is none.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
void early(void)
{
    croft_region r = croft_push();
    int *object = CROFT_NEW(r, int);
    croft_registration cleanup = croft_try_register_cleanup(r, object, clear);
    croft_run_cleanup(cleanup);
    croft_cancel_cleanup(cleanup);
    croft_reset(r);
    croft_pop(r);
}
