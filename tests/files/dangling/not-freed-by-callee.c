// a callee frees what its argument holds, and that came from the heap; the argument lies in a region
#include <croft.h>
#include <stdlib.h>
struct holder { int *data; };
__attribute__((noinline)) static void drop(struct holder *holder)
{
    free(holder->data);
}
void work(void)
{
    CROFT_REGION(r);
    struct holder *holder = CROFT_NEW(r, struct holder);
    holder->data = malloc(sizeof(int));
    drop(holder);
}
