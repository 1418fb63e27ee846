// the reset of a caller's region may run what the caller registered there, which copies a pointer of the callee's
#include <croft.h>
struct context { int *part, *kept; };

static void keep(void *object)
{
    struct context *context = object;
    context->kept = context->part;
}

__attribute__((noinline)) static void step(croft_region r, struct context *context)
{
    CROFT_REGION(scratch);
    context->part = CROFT_NEW(scratch, int); // error: R0402
    *context->part = 1;
    croft_reset(r);
    context->part = 0;
}

int run(void)
{
    static int zero;
    struct context context = { &zero, &zero };
    CROFT_REGION(r);
    croft_cleanup(r, &context, keep);
    step(r, &context);
    return *context.kept;
}
