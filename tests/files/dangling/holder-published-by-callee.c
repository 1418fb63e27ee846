// a holder on the heap becomes global in a callee
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
__attribute__((noinline)) static void publish(struct pair *pair)
{
    published = pair;
}
long work(void)
{
    struct pair *holder = malloc(sizeof *holder);
    if (!holder)
        abort();
    {
        CROFT_REGION(r);
        holder->first = CROFT_NEW(r, struct node); // error: R0402
        holder->first->value = 1;
        publish(holder);
    }
    free(holder);
    return 0;
}
