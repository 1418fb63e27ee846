// a global that points into the region only while the region lives is right
#include <croft.h>

int *current;

int first(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    current = p;
    int result = *current;
    current = NULL;
    return result;
}
