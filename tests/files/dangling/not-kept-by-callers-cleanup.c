// the pointer is gone before the caller's region is reset
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
    context->part = CROFT_NEW(scratch, int);
    *context->part = 1;
    context->part = 0;
    croft_reset(r);
}

int run(void)
{
    static int zero;
    struct context context = { &zero, &zero };
    CROFT_REGION(r);
    croft_cleanup(r, &context, keep);
    step(r, &context);
    return context.kept ? *context.kept : 0;
}
