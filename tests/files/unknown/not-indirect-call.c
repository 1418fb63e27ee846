// a call through a pointer is given numbers, and pointers to other places
#include <croft.h>

int state;

void work(void (*callback)(int *, int))
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    callback(&state, *p);
}
