// a helper registers a cleanup for a variable that outlives the region, and gives another one an out-parameter
#include <croft.h>
struct log { int open; };

static void close_log(void *object)
{
    ((struct log *)object)->open = 0;
}

static void defer(croft_region r, struct log *log)
{
    croft_cleanup(r, log, close_log);
}

static struct log *make(croft_region r, int *made)
{
    struct log *log = CROFT_NEW(r, struct log);
    log->open = 1;
    croft_cleanup(r, log, close_log);
    *made = 1;
    return log;
}

static int setup(croft_region r)
{
    int made;
    struct log *log = make(r, &made);
    return made + log->open;
}

int work(void)
{
    struct log log = { 1 };
    CROFT_REGION(r);
    defer(r, &log);
    return setup(r);
}
