// a function of a similar name is an ordinary one
#include <croft.h>

int jumps;

__attribute__((noinline)) static int set_jump(void)
{
    return jumps++;
}

int work(void)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    if (set_jump())
        return -1;
    return *p;
}
