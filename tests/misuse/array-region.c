// An append through the handle of a region that has ended.
#include <croft.h>
#include <stdio.h>
CROFT_SEGMENTED(numbers, int);
int main(void)
{
    croft_region r = croft_push();
    numbers all = CROFT_SEGMENTED_NEW(r, numbers);
    *CROFT_APPEND(r, all) = 42;
    croft_pop(r);
    *CROFT_APPEND(r, all) = 43;
}
//> croft: misuse: allocation in a region that has ended
//>   at        array-region.c:11:6 in main
//>   opened at array-region.c:7:22 in main
//>   ended at  array-region.c:10:5 in main
