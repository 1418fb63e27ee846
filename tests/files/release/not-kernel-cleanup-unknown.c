// a kernel's cleanup calls a function with described effects
#include <croft.h>
CROFT_EFFECTS("nounwind") void report(void);

static void close_part(void *object)
{
    *(int *)object = 0;
    report();
}

CROFT_KERNEL CROFT_CLEANUPS(1) void kernel(void)
{
    static int part;
    CROFT_REGION(r);
    croft_cleanup(r, &part, close_part);
}
