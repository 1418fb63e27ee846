// a helper registers a cleanup for a variable of its caller, which is gone when the region ends
#include <croft.h>
struct log { int open; };

static void close_log(void *object)
{
    ((struct log *)object)->open = 0;
}

__attribute__((noinline)) static void defer(croft_region r, struct log *log)
{
    croft_cleanup(r, log, close_log);
}

__attribute__((noinline)) static void setup(croft_region r)
{
    struct log log = { 1 };
    defer(r, &log); // error: R0602
}

void work(void)
{
    CROFT_REGION(r);
    setup(r);
}

__attribute__((noinline)) static croft_region make(void)
{
    struct log log = { 1 };
    croft_region r = croft_push();
    defer(r, &log); // error: R0602
    return r;
}

void use(void)
{
    croft_region r = make();
    croft_pop(r);
}
