// the pointer that is carried over leads into the region around the loop
#include <croft.h>

int work(int n)
{
    CROFT_REGION(outer);
    int *last = CROFT_NEW(outer, int);
    *last = 0;
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        *p = i;
        *last += *p;
    }
    return *last;
}
