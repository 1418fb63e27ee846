// qsort sorts what is of no region
#include <croft.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

int work(int *numbers)
{
    croft_region r = croft_push();
    int *first = CROFT_NEW(r, int);
    qsort(numbers, 16, sizeof *numbers, compare);
    *first = numbers[0];
    int result = *first;
    croft_pop(r);
    return result;
}
