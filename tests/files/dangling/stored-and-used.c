// a pointer stored where it outlives its region is told where it is stored, not again for each use there
#include <croft.h>

struct box { int *p; };
static int *volatile place;

int by_object(int n)
{
    CROFT_REGION(outer);
    struct box *box = CROFT_NEW(outer, struct box);
    {
        CROFT_REGION(inner);
        int *p = CROFT_NEW(inner, int);
        *p = n;
        box->p = p; // error: R0402
    }
    return *box->p;
}

int by_global(int n)
{
    {
        CROFT_REGION(inner);
        int *p = CROFT_NEW(inner, int);
        *p = n;
        place = p; // error: R0402
    }
    return *place;
}
