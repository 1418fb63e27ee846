// a cleanup makes a local variable lead to a global, and what is stored through it ends there
#include <croft.h>
static int *global;

static void redirect(void *where)
{
    *(int ***)where = &global;
}

void fill(void)
{
    int *local, **place = &local;
    {
        CROFT_REGION(scratch);
        croft_cleanup(scratch, &place, redirect);
    }
    CROFT_REGION(r);
    *place = CROFT_NEW(r, int); // error: R0402
}
