// swapped while the region lives, and read only then
#include <croft.h>
struct two { int *first, *second; };
__attribute__((noinline)) static void swap(struct two *t)
{
    int *first = t->first;
    t->first = t->second;
    t->second = first;
}
int work(void)
{
    int own = 1;
    struct two t = {NULL, &own};
    CROFT_REGION(r);
    t.first = CROFT_NEW(r, int);
    *t.first = 2;
    swap(&t);
    return *t.second;
}
