// a thread-local variable keeps a pointer that ends
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
    current = CROFT_NEW(r, struct node); // error: R0402
    current->value = 1;
    current->value = 2;
}
