// the same between two objects of the frame that nobody looks at after the region
#include <croft.h>
struct holder { struct holder *next; int *value; };
__attribute__((noinline)) static void propagate(struct holder *list)
{
    list->next->value = list->value;
}
int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    struct holder last = {NULL, NULL}, local = {&last, p};
    propagate(&local);
    return *last.value;
}
