// one object
#include <croft.h>
struct node
{
    long value;
};
struct holder
{
    struct node *node;
    struct holder *next;
};
void work(croft_region outer, int count)
{
    struct holder *older = NULL, *newer = NULL;
    CROFT_SCOPE_BOUNDED(s, 4096)
    {
        for (int i = 0; i < 2; i++)
        {
            older = newer;
            newer = CROFT_NEW(s, struct holder);
            newer->node = NULL;
            newer->next = older;
        }
        CROFT_REGION(r);
        struct node *node = CROFT_NEW(r, struct node);
        node->value = count;
        struct holder *holder = newer;
        holder->node = node;
        newer->node = NULL;
    }
}
