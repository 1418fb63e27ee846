// a pointer is read after the end of its region
#include <croft.h>

int work(void)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = 1;
    croft_pop(r);
    return *p; // error: R0403 "read after the region ended"
}
