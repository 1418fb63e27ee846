// the cleanup runs when the global holds nothing any more, or only counts
#include <croft.h>
struct request { int id; };
static struct request *current;
struct request *last_logged;
static int flushed;

static void flush(void *log)
{
    last_logged = current;
    *(int *)log = 0;
}

static void count(void *log)
{
    flushed += *(int *)log;
}

void serve(int id)
{
    static int log;
    CROFT_REGION(r);
    struct request *request = CROFT_NEW(r, struct request);
    request->id = id;
    current = request;
    {
        CROFT_REGION(scratch);
        croft_cleanup(scratch, &log, count);
    }
    current = 0;
    {
        CROFT_REGION(scratch);
        croft_cleanup(scratch, &log, flush);
    }
}
