// a holder from malloc that nobody else knows points into a region, and is freed before or after its end
#include <croft.h>
#include <stdlib.h>
struct holder { int *data; };

int work(int n)
{
    struct holder *holder = malloc(sizeof *holder);
    if (!holder)
        return 0;
    croft_region r = croft_push();
    holder->data = CROFT_NEW(r, int);
    *holder->data = n;
    int result = *holder->data;
    croft_pop(r);
    free(holder);
    return result;
}
