// a list on the heap grows while a region is open, and holds nothing of the region
#include <croft.h>
#include <stdlib.h>

int **work(int **list, size_t count)
{
    croft_region r = croft_push();
    size_t *next = CROFT_NEW(r, size_t);
    *next = count;
    list = realloc(list, (*next + 1) * sizeof *list);
    list[*next] = malloc(sizeof(int));
    croft_pop(r);
    return list;
}
