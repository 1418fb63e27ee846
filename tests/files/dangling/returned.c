// fixme: the place is the closing brace, not the return statement
// a pointer into the function's own region is returned
#include <croft.h>

int *make(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    return p; // error: R0401
}
