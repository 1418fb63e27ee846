// qsort calls a function of the program with pointers into the region: nothing describes that
#include <croft.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

void work(void)
{
    croft_region r = croft_push();
    int *numbers = CROFT_ARRAY(r, int, 16);
    qsort(numbers, 16, sizeof *numbers, compare); // error: R0902 "qsort"
    croft_pop(r);
}
