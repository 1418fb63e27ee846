// a global that still points into the region when it ends is dangling
#include <croft.h>

int *current;

int first(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    current = p; // error: R0402 "global"
    return *current;
}
