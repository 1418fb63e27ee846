// a global is cleared on one path only
// flags: only-O0 because the optimiser makes one store of the two
#include <croft.h>

int *current;

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    current = p; // error: R0402
    int result = *current;
    if (n > 0)
        current = NULL;
    return result;
}
