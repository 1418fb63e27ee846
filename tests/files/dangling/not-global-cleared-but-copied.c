// what was read from the global in the meantime was used up
#include <croft.h>

int *current, kept;

int first(int n)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = n;
    current = p;
    kept = *current;
    current = NULL;
    return *p;
}
