// the list on the heap is freed before the region ends
#include <croft.h>
#include <stdlib.h>
CROFT_EFFECTS("pure") extern int may(void);
struct holder
{
    struct holder *next;
    long *value;
};
long work(void)
{
    struct holder *list = NULL;
    CROFT_REGION(r);
    {
        CROFT_REGION(inner);
        long *value = CROFT_NEW(r, long);
        *value = 1;
        while (may())
        {
            struct holder *holder = malloc(sizeof *holder);
            if (!holder)
                abort();
            holder->next = list;
            holder->value = value;
            list = holder;
        }
    }
    return list ? *list->value : 0;
}
