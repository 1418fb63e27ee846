// the other parameter is read before
#include <croft.h>
int work(int **a, int **b)
{
    int *q = *b;
    {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        *a = p;
        *(volatile int *)*a = 1;
        *a = NULL;
    }
    return *q;
}
