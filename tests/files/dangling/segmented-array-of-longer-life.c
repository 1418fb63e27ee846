// an array of an outer region keeps what lies in an inner one
#include <croft.h>
struct cell { int value; };
CROFT_SEGMENTED(cells, struct cell *);
size_t collect(int n)
{
    CROFT_REGION_BOUNDED(outer, 1 << 20);
    cells all = CROFT_SEGMENTED_NEW(outer, cells);
    for (int i = 0; i < n; i++) {
        CROFT_REGION(inner);
        struct cell *cell = CROFT_NEW(inner, struct cell);
        cell->value = i;
        *CROFT_APPEND(outer, all) = cell; // error: R0402
    }
    return CROFT_LENGTH(all);
}
