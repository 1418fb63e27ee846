// a kernel ends regions of its caller's when nothing is pending there, or as much as it allows
#include <croft.h>

static void close_part(void *object)
{
    *(int *)object = 0;
}

CROFT_KERNEL __attribute__((noinline)) static void clear(croft_region r)
{
    croft_reset(r);
}

CROFT_KERNEL CROFT_CLEANUPS(1) __attribute__((noinline)) static void end(croft_region r)
{
    croft_pop(r);
}

void work(void)
{
    static int part;
    croft_region r = croft_push();
    croft_registration registration = croft_register_cleanup(r, &part, close_part);
    croft_run_cleanup(registration);
    clear(r);
    croft_cleanup(r, &part, close_part);
    end(r);
}
