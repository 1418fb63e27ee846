// a call through a pointer is given a pointer into a region
#include <croft.h>

void work(void (*callback)(int *))
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    callback(p); // error: R0906
}
