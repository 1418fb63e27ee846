// a callee moves a pointer from one object that it reaches into another, which is a global
#include <croft.h>
struct holder { struct holder *next; int *value; };
static struct holder global;
__attribute__((noinline)) static void propagate(struct holder *list)
{
    list->next->value = list->value;
}
int work(void)
{
    {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        struct holder local = {&global, p};
        propagate(&local); // error: R0402
    }
    return global.value != NULL;
}
