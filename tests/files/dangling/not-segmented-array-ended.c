// an element is read, by the address that its append returned, after the array has grown
#include <croft.h>
CROFT_SEGMENTED(numbers, int);
int first(void)
{
    croft_region r = croft_push_bounded(1 << 20);
    numbers all = CROFT_SEGMENTED_NEW(r, numbers);
    int *number = CROFT_APPEND(r, all);
    *number = 1;
    for (int i = 0; i < 1000; i++)
        *CROFT_APPEND(r, all) = i;
    int result = *number;
    croft_pop(r);
    return result;
}
