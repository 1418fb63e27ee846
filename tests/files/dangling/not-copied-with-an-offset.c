// the second element got the first field
#include <croft.h>
#include <string.h>
struct node
{
    struct node *next;
    long value;
};
struct pair
{
    struct node *first, *second;
};
long work(struct node *other)
{
    struct pair pair = {other, other};
    struct node *array[3] = {other, other, other};
    {
        CROFT_REGION(r);
        pair.second = CROFT_NEW(r, struct node);
        memcpy(array + 1, &pair, sizeof pair);
    }
    return array[1]->value;
}
