// a callee swaps the fields of a structure: the field that was fresh holds the ended pointer afterwards
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
    {
        CROFT_REGION(r);
        t.first = CROFT_NEW(r, int);
    }
    swap(&t);
    return *t.second; // error: R0907
}
