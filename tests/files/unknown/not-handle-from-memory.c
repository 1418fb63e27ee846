// a handle passed as an argument, and one kept in a local structure that the compiler takes apart
#include <croft.h>

struct context {
    croft_region scratch;
    int count;
};

int work(croft_region scratch)
{
    struct context context = {scratch, 0};
    int *p = CROFT_NEW(context.scratch, int);
    *p = 1;
    context.count += *p;
    return context.count;
}
