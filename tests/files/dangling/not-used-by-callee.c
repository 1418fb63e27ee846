// the same function is called before the end
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
    int value = value_of(p);
    croft_pop(r);
    return value;
}
