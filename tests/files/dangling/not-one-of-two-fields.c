// both are cleared
#include <croft.h>
CROFT_EFFECTS("pure") extern int may(void);
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
    struct pair pair = {NULL, NULL};
    {
        CROFT_REGION(r);
        struct node **place = may() ? &pair.first : &pair.second;
        *place = CROFT_NEW(r, struct node);
        pair.first = pair.second = NULL;
    }
    return pair.second ? pair.second->value : 0;
}
