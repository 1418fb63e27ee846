// memcpy overwrites as many bytes as the caller says
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
    struct pair pair = {other, other}, old = {other, other};
    {
        CROFT_REGION(r);
        pair.first = CROFT_NEW(r, struct node);
        memcpy(&pair, &old, bytes);
    }
    return pair.first->value; // error: R0907
}
