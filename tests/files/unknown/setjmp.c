// setjmp makes a second way into the function that the flow graph does not show
#include <croft.h>
#include <setjmp.h>

jmp_buf environment;

int work(void)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    if (setjmp(environment)) // error: R0904 "setjmp"
        return -1;
    return *p;
}
