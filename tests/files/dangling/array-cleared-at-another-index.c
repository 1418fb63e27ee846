// an element is set at an index and another element is cleared
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
long work(unsigned index)
{
    struct node *array[4] = {NULL, NULL, NULL, NULL};
    {
        CROFT_REGION(r);
        array[index & 3] = CROFT_NEW(r, struct node);
        array[0] = NULL;
    }
    return array[1] ? array[1]->value : 0; // error: R0907
}
