// a budget bounds an array that a loop appends to
#include <croft.h>
CROFT_SEGMENTED(numbers, int);
int sum(int n)
{
    CROFT_REGION_BOUNDED(r, 1 << 20);
    numbers all = CROFT_SEGMENTED_NEW(r, numbers);
    for (int i = 0; i < n; i++)
        *CROFT_APPEND(r, all) = i;
    int total = 0;
    for (size_t i = 0; i < CROFT_LENGTH(all); i++)
        total += *CROFT_AT(all, i);
    return total;
}
