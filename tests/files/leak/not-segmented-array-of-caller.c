// a module without any operation: it fills its caller's array in a loop, in a region that has to be bounded
#include <croft.h>
CROFT_SEGMENTED(numbers, int);
CROFT_BOUNDED_PARAM(0) void fill(croft_region r, numbers all, int n)
{
    for (int i = 0; i < n; i++)
        *CROFT_APPEND(r, all) = i;
}
