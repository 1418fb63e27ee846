// the global is cleared, and what was read from it in the meantime was kept elsewhere
#include <croft.h>

int *current, *kept;

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    current = p;
    kept = current; // error: R0402
    current = NULL;
    return *p;
}
