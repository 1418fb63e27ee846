// the callee only reads the pointer
#include <croft.h>
struct node
{
    long value;
};
struct way
{
    struct node **place;
};
struct node *global;
__attribute__((noinline)) static void redirect(struct way *way, struct node **place)
{
    (*way->place)->value += (*place)->value;
}
long work(struct node *other)
{
    struct node *node = other;
    struct way way = {&node};
    redirect(&way, &node);
    {
        CROFT_REGION(r);
        node = CROFT_NEW(r, struct node);
        node->value = 1;
        *way.place = other;
    }
    return node->value;
}
