// the caller's variable is left pointing into the function's own region
#include <croft.h>

int make(int **out)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    *out = p; // error: R0402 "caller"
    return 0;
}
