// the same element is cleared
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
long work(void)
{
    struct node *array[4] = {NULL, NULL, NULL, NULL};
    {
        CROFT_REGION(r);
        array[0] = CROFT_NEW(r, struct node);
        array[0] = NULL;
    }
    return array[1] ? array[1]->value : 0;
}
