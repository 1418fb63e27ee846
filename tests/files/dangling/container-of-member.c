// from the address of a member to its structure, and to another member that has ended
#include <croft.h>
#include <stddef.h>
struct node
{
    struct node *next;
    long value;
};
struct pair
{
    struct node *first, *second;
};
__attribute__((noinline)) static struct pair *container(struct node **second)
{
    return (struct pair *)((char *)second - offsetof(struct pair, second));
}
long work(struct node *other)
{
    struct pair pair = {other, other};
    {
        CROFT_REGION(r);
        pair.first = CROFT_NEW(r, struct node);
        pair.first->value = 1;
    }
    return container(&pair.second)->first->value; // error: R0907
}
