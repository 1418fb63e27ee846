// a global is cleared on both paths, each for itself
#include <croft.h>

int *current;
int fallback;

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    current = p;
    int result = *current;
    if (n > 0)
        current = NULL;
    else
        current = &fallback;
    return result;
}
