// memory that a library function returns instead of its argument, which is null, holds nothing of the region
#include <croft.h>

CROFT_EFFECTS("get(arg0); return(arg0); nounwind") void **grow(void **old);

void work(void)
{
    void **items = grow(0);
    croft_region r = croft_push();
    void *p = croft_alloc(r, 8, 8);
    items[0] = p ? items : 0;
    croft_pop(r);
}
