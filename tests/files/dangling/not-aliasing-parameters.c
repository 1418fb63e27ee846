// the other parameter is read before
#include <croft.h>
int work(int *volatile *a, int *volatile *b)
{
    int *q = *b;
    {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        *a = p;
        *a = NULL;
    }
    return *q;
}
