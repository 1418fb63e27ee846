// both variables are cleared
#include <croft.h>
CROFT_EFFECTS("pure") extern int may(void);
struct node
{
    struct node *next;
    long value;
};
long work(void)
{
    struct node *first = NULL, *second = NULL;
    struct node **place = may() ? &first : &second;
    {
        CROFT_REGION(r);
        *place = CROFT_NEW(r, struct node);
        first = NULL;
        second = NULL;
    }
    return second ? second->value : 0;
}
