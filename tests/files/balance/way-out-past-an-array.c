// a way out of a block with an array, whose life ends on the way: the line of the break, not of the closing brace
// flags: only-O0 because the optimiser merges the break with its condition
#include <croft.h>

CROFT_EFFECTS("get(arg0); nounwind") void fill(int *numbers, int n);

int work(int n)
{
    int last = 0;
    for (int i = 0; i < n; i++) {
        int numbers[4];
        croft_region r = croft_push();
        volatile int *p = CROFT_NEW(r, int);
        fill(numbers, n);
        *p = numbers[i % 4];
        if (*p == 7)
            break; // error: R0201
        last = *p;
        croft_pop(r);
    }
    return last;
}
