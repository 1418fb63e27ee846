// the same union, read while the region lives
#include <croft.h>

union any {
    int *a;
    struct {
        int *b;
        long extra;
    } pair;
};

__attribute__((noinline)) static int read(const union any *any)
{
    return *any->pair.b;
}

int work(void)
{
    union any any = {0};
    CROFT_REGION(r);
    any.a = CROFT_NEW(r, int);
    *any.a = 1;
    any.pair.extra = 0;
    return read(&any);
}
