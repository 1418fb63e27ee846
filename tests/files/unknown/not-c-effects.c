// the same declaration with its effects
#include <croft.h>

CROFT_EFFECTS("put(arg0); return(in(arg0)); nounwind")
struct item *item_make(croft_region r, int value);

int work(void)
{
    CROFT_REGION(r);
    return item_make(r, 1) != NULL;
}
