// a free-standing function reads through a pointer that has ended; another only would
#include <croft.h>

__attribute__((noinline)) static int value_of(const int *p)
{
    return *p;
}

int work(void)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = 1;
    croft_pop(r);
    return value_of(p); // error: R0403 "value_of"
}
