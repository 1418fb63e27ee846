// a pointer is stored through one member of a union and read through another, after the end
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
    croft_region r = croft_push();
    any.a = CROFT_NEW(r, int);
    *any.a = 1;
    croft_pop(r);
    any.pair.extra = 0;
    return read(&any); // error: R0907
}
