// a callee frees what its argument holds
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
    struct holder holder = {CROFT_NEW(r, int)};
    drop(&holder); // error: R0405
}
