// a holder from malloc that the caller gets points into a region of the caller
#include <croft.h>
#include <stdlib.h>
struct holder { int *data; };

struct holder *work(int *data, int n)
{
    struct holder *holder = malloc(sizeof *holder);
    if (!holder)
        return NULL;
    *data = n;
    holder->data = data;
    return holder;
}
