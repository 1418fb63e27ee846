// One that ends what it opens; the object of a younger region's cleanup is whole when it runs, and so is its registration.
#include <croft.h>
#include <stdio.h>
static void scratch(void *object)
{
    CROFT_REGION(r);
    int *copy = CROFT_NEW(r, int);
    *copy = *(int *)object;
    printf("%d\n", *copy);
}
int main(void)
{
    croft_region r = croft_push();
    int *number = CROFT_NEW(r, int);
    *number = 1;
    croft_cleanup(r, number, scratch);
    croft_region s = croft_push();
    *CROFT_NEW(s, int) = 2;
    croft_registration early = croft_register_cleanup(s, number, scratch);
    croft_registration never = croft_register_cleanup(s, number, scratch);
    croft_run_cleanup(early);
    croft_run_cleanup(early);
    croft_cancel_cleanup(never);
    croft_pop(s);
    croft_reset(r);
    croft_pop(r);
}
//= 1
//= 1
