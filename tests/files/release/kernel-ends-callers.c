// a kernel resets, and another one ends, a region in which its caller left a cleanup
#include <croft.h>

static void close_part(void *object)
{
    *(int *)object = 0;
}

CROFT_KERNEL __attribute__((noinline)) static void clear(croft_region r)
{
    croft_reset(r);
}

CROFT_KERNEL __attribute__((noinline)) static void end(croft_region r)
{
    croft_pop(r);
}

void work(void)
{
    static int part;
    croft_region r = croft_push();
    croft_cleanup(r, &part, close_part);
    clear(r); // error: R0601
    croft_cleanup(r, &part, close_part);
    end(r); // error: R0601
}
