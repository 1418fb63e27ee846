// a variadic callee returns an argument that it read from a copy of its list
#include <croft.h>
#include <stdarg.h>
struct node
{
    struct node *next;
    long value;
};
__attribute__((noinline)) static struct node *second(struct node *first, ...)
{
    va_list list, copy;
    va_start(list, first);
    va_copy(copy, list);
    struct node *node = va_arg(copy, struct node *);
    va_end(copy);
    va_end(list);
    return node;
}
long work(struct node *other)
{
    struct node *node;
    {
        CROFT_REGION(r);
        node = second(other, CROFT_NEW(r, struct node));
    }
    return node->value; // error: R0403
}
