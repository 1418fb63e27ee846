// a holder from malloc that the caller gets points into a region of the callee
#include <croft.h>
#include <stdlib.h>
struct holder { int *data; };

struct holder *work(int n)
{
    struct holder *holder = malloc(sizeof *holder);
    if (!holder)
        return NULL;
    CROFT_REGION(r);
    int *data = CROFT_NEW(r, int);
    *data = n;
    holder->data = data; // error: R0402
    return holder;
}
