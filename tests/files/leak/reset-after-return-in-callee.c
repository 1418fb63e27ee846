// a helper that returns early does not reset
#include <croft.h>

int frames;

__attribute__((noinline)) static void begin_frame(croft_region r, int n)
{
    frames++;
    if (n & 1)
        return;
    croft_reset(r);
}

void work(int n)
{
    CROFT_REGION(r);
    for (int i = 0; i < n; i++) {
        begin_frame(r, i);
        volatile int *p = CROFT_NEW(r, int); // error: R0301
        *p = i;
    }
}
