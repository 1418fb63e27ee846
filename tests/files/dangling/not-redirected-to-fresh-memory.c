// to where it pointed
#include <croft.h>
#include <stdlib.h>
struct node
{
    long value;
};
struct way
{
    struct node **place;
};
__attribute__((noinline)) static void redirect(struct way *way)
{
    struct node **fresh = way->place;
    if (!fresh)
        abort();
    way->place = fresh;
}
long work(struct node *other)
{
    struct node *node = other;
    struct way way = {&node};
    redirect(&way);
    {
        CROFT_REGION(r);
        node = CROFT_NEW(r, struct node);
        node->value = 1;
        *way.place = other;
    }
    return node->value;
}
