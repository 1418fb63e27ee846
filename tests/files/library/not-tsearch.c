// tsearch keeps a pointer to what is of no region
#include <croft.h>
#include <search.h>

static int compare(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

int work(void **root, int *number)
{
    croft_region r = croft_push();
    int *first = CROFT_NEW(r, int);
    tsearch(number, root, compare);
    *first = *number;
    int result = *first;
    croft_pop(r);
    return result;
}
