// and to another member that lives
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
        struct node *node = CROFT_NEW(r, struct node);
        pair.first->value = 1;
    }
    return container(&pair.second)->first->value;
}
