// a callback in a variable that other files can set
#include <croft.h>

int (*installed)(int *);

int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    return installed ? installed(p) : 0; // error: R0906
}
