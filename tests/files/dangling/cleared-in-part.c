// memset clears the first of two fields, and the second is read
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
long work(void)
{
    struct pair pair;
    {
        CROFT_REGION(r);
        pair.first = pair.second = CROFT_NEW(r, struct node);
        memset(&pair, 0, sizeof pair.first);
    }
    return pair.second->value; // error: R0403
}
