// a temporary store through one parameter is read through the other, which may be the same place
#include <croft.h>
int work(int **a, int **b)
{
    int *q;
    {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        *a = p; // error: R0402
        q = *b;
        *a = NULL;
    }
    return *q;
}
