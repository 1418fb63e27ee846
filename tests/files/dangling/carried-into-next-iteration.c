// the pointer of one iteration is used in the next, after its region has ended
#include <croft.h>

int work(int n)
{
    int total = 0;
    int *last = NULL;
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        *p = i;
        if (last)
            total += *last; // error: R0403
        last = p;
    }
    return total;
}
