// a callee reads one field of a structure; the other one points into a region that has ended
#include <croft.h>
struct context { int *cache; int *scratch; };

__attribute__((noinline)) static void prepare(struct context *context, int *cache, int *scratch)
{
    context->cache = cache;
    context->scratch = scratch;
}

__attribute__((noinline)) static int cached(const struct context *context)
{
    return *context->cache;
}

int work(croft_region outer)
{
    struct context context;
    int *cache = CROFT_NEW(outer, int);
    *cache = 1;
    {
        CROFT_REGION(r);
        int *scratch = CROFT_NEW(r, int);
        *scratch = 2;
        prepare(&context, cache, scratch);
    }
    return cached(&context);
}
