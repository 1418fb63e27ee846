// a way out of a block with an array that ends the region first
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
        last = *p;
        croft_pop(r);
        if (last == 7)
            break;
    }
    return last;
}
