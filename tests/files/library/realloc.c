// what realloc returns is of the heap, also when it is given nothing
#include <croft.h>
#include <stdlib.h>

int **work(void)
{
    int **list = realloc(NULL, 16 * sizeof *list);
    croft_region r = croft_push();
    list[0] = CROFT_NEW(r, int); // error: R0402
    croft_pop(r);
    return list;
}
