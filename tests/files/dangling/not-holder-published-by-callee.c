// a holder on the heap is read in a callee
#include <croft.h>
#include <stdlib.h>
struct node
{
    struct node *next;
    long value;
};
struct pair
{
    struct node *first, *second;
};
struct pair *published;
__attribute__((noinline)) static long publish(struct pair *pair)
{
    return pair->first->value;
}
long work(void)
{
    struct pair *holder = malloc(sizeof *holder);
    if (!holder)
        abort();
    {
        CROFT_REGION(r);
        holder->first = CROFT_NEW(r, struct node);
        holder->first->value = 1;
        publish(holder);
    }
    free(holder);
    return 0;
}
