// a pointer in a packed structure lies across two pointer-sized cells
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
struct __attribute__((packed)) tagged
{
    int tag;
    struct node *node;
};
long work(void)
{
    struct tagged tagged = {0, NULL};
    {
        CROFT_REGION(r);
        tagged.node = CROFT_NEW(r, struct node);
    }
    return tagged.node->value; // error: R0403
}
