// a callee redirects a pointer to a global, so what is written through it clears nothing
// flags: only-O0 because optimised code reads a value instead of memory: the finding is R0403 then
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
    way->place = place ? &global : place;
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
    return node->value; // error: R0907
}
