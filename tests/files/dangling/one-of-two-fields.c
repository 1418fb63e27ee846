// one of two fields gets the pointer
// flags: only-O0 because optimised code reads a value instead of memory: the finding is R0403 then
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
        pair.first = NULL;
    }
    return pair.second ? pair.second->value : 0; // error: R0907
}
