// a region handle that comes out of a structure which the caller passes
#include <croft.h>

struct context {
    croft_region scratch;
};

int work(struct context *context)
{
    int *p = CROFT_NEW(context->scratch, int);
    *p = 1;
    return *p;
}
