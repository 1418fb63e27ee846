// a module without any operation: it fills its caller's array in a loop
#include <croft.h>
CROFT_SEGMENTED(numbers, int);
void fill(croft_region r, numbers all, int n)
{
    for (int i = 0; i < n; i++)
        *CROFT_APPEND(r, all) = i; // error: R0302
}
