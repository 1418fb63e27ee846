// a body that really never returns
#include <croft.h>
#include <stdlib.h>
CROFT_EFFECTS("noreturn; nounwind")
void leave(int status)
{
    exit(status);
}
int work(void)
{
    croft_region r = croft_push();
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    leave(*p);
}
