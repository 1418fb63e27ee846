// the same values in regions that live as long as the places, or copied
#include <croft.h>

struct box { int *p; };
static int place;

int by_object(int n)
{
    CROFT_REGION(outer);
    struct box *box = CROFT_NEW(outer, struct box);
    {
        CROFT_REGION(inner);
        int *p = CROFT_NEW(outer, int);
        *p = n;
        box->p = p;
    }
    return *box->p;
}

int by_global(int n)
{
    {
        CROFT_REGION(inner);
        int *p = CROFT_NEW(inner, int);
        *p = n;
        place = *p;
    }
    return place;
}
