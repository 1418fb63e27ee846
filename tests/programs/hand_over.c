// One function opens a region and hands it over, another one ends it; in between it is filled by others.
#include <croft.h>

#include <stdio.h>

__attribute__((noinline)) static croft_region begin(int small)
{
    return small ? croft_push_bounded(4096) : croft_push();
}

__attribute__((noinline)) static void end(croft_region r)
{
    croft_pop(r);
}

__attribute__((noinline)) static unsigned *number(croft_region r, unsigned value)
{
    unsigned *p = CROFT_NEW(r, unsigned);
    *p = value;
    return p;
}

int main(void)
{
    for (unsigned i = 0; i < 10; i++) {
        croft_region outer = begin(i % 2);
        unsigned *a = number(outer, i);
        croft_region inner = begin(i % 3 == 0);
        unsigned *b = number(inner, *a + 1);
        *a += *b;
        end(inner);
        printf("%u\n", *a);
        end(outer);
    }
}
