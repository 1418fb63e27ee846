// a holder from malloc keeps a pointer into a region, which is read after the region ended
// flags: only-O0 because optimised code reads the pointer before the end, which is R0403
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
    croft_pop(r);
    int result = *holder->data; // error: R0907
    free(holder);
    return result;
}
