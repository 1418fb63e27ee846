// it copies it, and the field that ended is not read
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
struct pair
{
    struct node *first, *second;
};
__attribute__((noinline)) static void copy(struct pair *to, const struct pair *from)
{
    *to = *from;
}
long work(struct node *other)
{
    struct pair pair;
    {
        CROFT_REGION(r);
        struct pair made = {other, CROFT_NEW(r, struct node)};
        copy(&pair, &made);
    }
    return pair.first->value;
}
