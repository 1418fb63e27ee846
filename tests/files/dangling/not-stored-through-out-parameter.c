// the caller's variable is given what lives in the caller's region; the function's own pointers stay inside
#include <croft.h>

int make(croft_region outer, int **out)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    int **box = CROFT_NEW(r, int *);
    *p = 1;
    *box = p;
    *out = CROFT_NEW(outer, int);
    **out = **box;
    return 0;
}
