// it brings it back before
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
long work(void)
{
    _Atomic(struct node *) shared = NULL;
    struct node *node;
    {
        CROFT_REGION(r);
        shared = CROFT_NEW(r, struct node);
        node = __c11_atomic_exchange(&shared, NULL, __ATOMIC_SEQ_CST);
        node->value = 1;
    }
    return node != NULL;
}
