// A segmented array and its elements after the pop of the array's region.
#include <croft.h>
#include <stdio.h>
CROFT_SEGMENTED(numbers, int);
int main(void)
{
    croft_region r = croft_push();
    numbers all = CROFT_SEGMENTED_NEW(r, numbers);
    *CROFT_APPEND(r, all) = 42;
    croft_pop(r);
    printf("%zu\n", CROFT_LENGTH(all));
}
//> croft: misuse: read of 208 bytes in memory of a region that has ended
//>   at        array.c:11:21 in main
//>   opened at array.c:7:22 in main
//>   ended at  array.c:10:5 in main
