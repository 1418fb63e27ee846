// a cleanup copies a global that holds a pointer of another region for as long as the cleanup's region is open
#include <croft.h>
struct request { int id; };
static struct request *current;
struct request *last_logged;

static void flush(void *log)
{
    last_logged = current;
    *(int *)log = 0;
}

void serve(int id)
{
    CROFT_REGION(r);
    struct request *request = CROFT_NEW(r, struct request);
    request->id = id;
    current = request; // error: R0402
    {
        static int log;
        CROFT_REGION(scratch);
        croft_cleanup(scratch, &log, flush);
    }
    current = 0;
}
