// one of two variables holds the pointer, and one of them may be cleared
// flags: only-O0 because optimised code reads a value instead of memory: the finding is R0403 then
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
    }
    return second ? second->value : 0; // error: R0907
}
