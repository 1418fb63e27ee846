// a region handle that comes out of a structure in global memory cannot be followed
#include <croft.h>

struct context {
    croft_region scratch;
};

struct context *current;

int work(void)
{
    int *p = CROFT_NEW(current->scratch, int); // error: R0901 "memory"
    *p = 1;
    return *p;
}
