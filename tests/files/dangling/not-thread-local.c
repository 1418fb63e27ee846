// it is cleared in time
#include <croft.h>
struct node
{
    struct node *next;
    long value;
};
static _Thread_local struct node *current;
void work(void)
{
    CROFT_REGION(r);
    current = CROFT_NEW(r, struct node);
    current->value = 1;
    current = NULL;
}
