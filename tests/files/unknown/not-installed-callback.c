// a callback in a variable that only this file sets
#include <croft.h>

static int (*installed)(int *);
static int look(int *p) { return *p; }
void install(void) { installed = look; }

int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    return installed ? installed(p) : 0;
}
