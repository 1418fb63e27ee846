// the first fields are not concerned
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
struct pair
{
    struct node *first, *second;
};
long work(int count, struct node *other)
{
    struct pair pairs[8];
    for (int i = 0; i < 8; i++)
        pairs[i].first = pairs[i].second = other;
    {
        CROFT_REGION(r);
        struct node *node = CROFT_NEW(r, struct node);
        for (struct pair *pair = pairs; pair < pairs + (count & 7); pair++)
            pair->second = node;
    }
    return pairs[3].first->value;
}
