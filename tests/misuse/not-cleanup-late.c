// Before the reset.
#include <croft.h>
#include <stdio.h>
static void clear(void *object)
{
    printf("%d\n", *(int *)object);
}
int main(void)
{
    croft_region r = croft_push();
    int *number = CROFT_NEW(r, int);
    *number = 5;
    croft_registration cleanup = croft_register_cleanup(r, number, clear);
    croft_run_cleanup(cleanup);
    croft_reset(r);
    croft_pop(r);
}
//= 5
