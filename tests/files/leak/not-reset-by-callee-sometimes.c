// a helper that resets the region on every way through begins each iteration
#include <croft.h>

int frames;

__attribute__((noinline)) static void begin_frame(croft_region r)
{
    croft_reset(r);
    frames++;
}

void work(int n)
{
    CROFT_REGION(r);
    for (int i = 0; i < n; i++) {
        begin_frame(r);
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
    }
}
