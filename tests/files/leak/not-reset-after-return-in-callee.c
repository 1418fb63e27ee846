// a helper of a helper resets on every way, once at its end, once at its start
#include <croft.h>

int frames;

__attribute__((noinline)) static void clean(croft_region r)
{
    frames++;
    croft_reset(r);
}

__attribute__((noinline)) static void begin_frame(croft_region r, int n)
{
    if (n & 1) {
        clean(r);
        return;
    }
    croft_reset(r);
    frames--;
}

void work(int n)
{
    CROFT_REGION(r);
    for (int i = 0; i < n; i++) {
        begin_frame(r, i);
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
    }
}
