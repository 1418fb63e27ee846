// an element is read, by the address that its append returned, after the array's region has ended
#include <croft.h>
CROFT_SEGMENTED(numbers, int);
int first(void)
{
    croft_region r = croft_push();
    numbers all = CROFT_SEGMENTED_NEW(r, numbers);
    int *number = CROFT_APPEND(r, all);
    *number = 1;
    croft_pop(r);
    return *number; // error: R0403
}
