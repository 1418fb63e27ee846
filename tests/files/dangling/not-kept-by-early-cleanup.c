// a callee runs a cleanup early, before a global holds what the cleanup would copy
#include <croft.h>
static int *global;
int *kept;

static void peek(void *unused)
{
    kept = global;
}

static void early(croft_registration registration)
{
    croft_run_cleanup(registration);
}

void work(void)
{
    static int object;
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    *number = 1;
    croft_registration registration = croft_register_cleanup(r, &object, peek);
    early(registration);
    global = number;
    *number += 1;
    global = 0;
}
