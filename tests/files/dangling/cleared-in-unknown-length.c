// memset clears as many bytes as the caller says
#include <croft.h>
#include <string.h>
struct node
{
    long value;
};
struct pair
{
    struct node *first, *second;
};
long work(unsigned long bytes, struct node *other)
{
    struct pair pair = {other, other};
    {
        CROFT_REGION(r);
        pair.first = CROFT_NEW(r, struct node);
        memset(&pair, 0, bytes);
    }
    return pair.first ? pair.first->value : 0; // error: R0907
}
