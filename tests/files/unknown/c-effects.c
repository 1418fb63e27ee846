// a declaration in C without effects is not trusted with a pointer into a region
#include <croft.h>

struct item *item_make(croft_region r, int value);

int work(void)
{
    CROFT_REGION(r);
    return item_make(r, 1) != NULL; // error: R0902 "item_make"
}
