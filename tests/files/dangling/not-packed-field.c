// in a packed structure it is cleared in time
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
        tagged.node = NULL;
    }
    return tagged.node ? tagged.node->value : 0;
}
