// appends in a loop to an array of an outer region pile up
#include <croft.h>
CROFT_SEGMENTED(numbers, int);
int sum(int n)
{
    CROFT_REGION(r);
    numbers all = CROFT_SEGMENTED_NEW(r, numbers);
    for (int i = 0; i < n; i++)
        *CROFT_APPEND(r, all) = i; // error: R0302
    int total = 0;
    for (size_t i = 0; i < CROFT_LENGTH(all); i++)
        total += *CROFT_AT(all, i);
    return total;
}
