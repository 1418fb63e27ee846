// what a cleanup makes a local variable lead to is only read through it
#include <croft.h>
static int *global;
static int zero;

static void redirect(void *where)
{
    *(int ***)where = &global;
}

int fill(void)
{
    int *local = &zero, **place = &local;
    {
        CROFT_REGION(scratch);
        croft_cleanup(scratch, &place, redirect);
    }
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    *number = 1;
    return *place ? **place + *number : 0;
}
