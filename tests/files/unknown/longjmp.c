// longjmp leaves functions without ending their regions
#include <croft.h>
#include <setjmp.h>

extern jmp_buf environment;

void work(int n)
{
    CROFT_REGION(r);
    volatile int *p = CROFT_NEW(r, int);
    *p = n;
    if (*p)
        longjmp(environment, 1); // error: R0904 "longjmp"
}
