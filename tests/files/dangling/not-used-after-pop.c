// a pointer that has ended is compared, passed on and thrown away, but never followed
#include <croft.h>

__attribute__((noinline)) static int is_same(const int *a, const int *b)
{
    return a == b;
}

int work(void)
{
    croft_region r = croft_push();
    int *p = CROFT_NEW(r, int);
    *p = 1;
    int value = *p;
    croft_pop(r);
    if (p == NULL || is_same(p, &value))
        return -1;
    return value;
}
