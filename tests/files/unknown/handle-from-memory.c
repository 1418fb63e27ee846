// a region handle that comes out of a structure cannot be followed
#include <croft.h>

struct context {
    croft_region scratch;
};

int work(struct context *context)
{
    int *p = CROFT_NEW(context->scratch, int); // error: R0901 "memory"
    *p = 1;
    return *p;
}
