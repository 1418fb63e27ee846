// memset clears both
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
        memset(&pair, 0, sizeof pair);
    }
    return pair.second ? pair.second->value : 0;
}
