// tsearch keeps a pointer into the region in a tree of its own, and calls a function of the program with it: nothing describes that
#include <croft.h>
#include <search.h>

static int compare(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

void work(void **root)
{
    croft_region r = croft_push();
    int *numbers = CROFT_ARRAY(r, int, 16);
    numbers[0] = 1;
    tsearch(numbers, root, compare); // error: R0902 "tsearch"
    croft_pop(r);
}
