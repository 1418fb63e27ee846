// a callee runs a cleanup early, while a global holds a pointer that the cleanup copies
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
    global = number; // error: R0402
    early(registration);
    global = 0;
}
