// An element of a segmented array, in a block of its own, after the pop of the array's region.
#include <croft.h>
#include <stdio.h>
CROFT_SEGMENTED(numbers, int);
int main(void)
{
    croft_region r = croft_push_bounded(1 << 20);
    numbers all = CROFT_SEGMENTED_NEW(r, numbers);
    for (int i = 0; i < 10000; i++)
        *CROFT_APPEND(r, all) = i;
    int *last = CROFT_AT(all, 9999);
    croft_pop(r);
    printf("%d\n", *last);
}
//> croft: misuse: read of 4 bytes in memory of a region that has ended
//>   at        array-element.c:13:20 in main
//>   opened at array-element.c:7:22 in main
//>   ended at  array-element.c:12:5 in main
