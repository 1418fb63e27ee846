// a kernel's cleanup ends a region of its own with more cleanups left than the kernel allows
#include <croft.h>

static void close_part(void *object)
{
    *(int *)object = 0;
}

static void close_all(void *object)
{
    static int parts[2];
    CROFT_REGION(scratch);
    croft_cleanup(scratch, &parts[0], close_part);
    croft_cleanup(scratch, &parts[1], close_part);
    *(int *)object = 0;
}

CROFT_KERNEL CROFT_CLEANUPS(1) void kernel(void)
{
    static int all;
    CROFT_REGION(r);
    croft_cleanup(r, &all, close_all); // error: R0601
}

CROFT_KERNEL void early(void)
{
    static int all;
    CROFT_REGION(r);
    croft_registration registration = croft_register_cleanup(r, &all, close_all); // error: R0601
    croft_run_cleanup(registration);
}
