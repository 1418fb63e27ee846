// what malloc handed out is freed, beside a region, and what a structure in a region holds
#include <croft.h>
#include <stdlib.h>
struct holder { int *heap; };
int work(void)
{
    CROFT_REGION(r);
    struct holder *holder = CROFT_NEW(r, struct holder);
    holder->heap = malloc(sizeof(int));
    if (holder->heap == NULL)
        return 0;
    *(volatile int *)holder->heap = 1;
    int result = *(volatile int *)holder->heap;
    free(holder->heap);
    return result;
}
