// an array of an inner region keeps what lies in an outer one
#include <croft.h>
struct cell { int value; };
CROFT_SEGMENTED(cells, struct cell *);
int collect(int n)
{
    CROFT_REGION_BOUNDED(outer, 1 << 20);
    int sum = 0;
    for (int i = 0; i < n; i++) {
        CROFT_REGION_BOUNDED(inner, 1 << 20);
        cells all = CROFT_SEGMENTED_NEW(inner, cells);
        for (int j = 0; j < i; j++) {
            struct cell *cell = CROFT_NEW(outer, struct cell);
            cell->value = i;
            *CROFT_APPEND(inner, all) = cell;
        }
        struct cell **chunk;
        for (size_t k = 0, m; (chunk = CROFT_CHUNK(all, k, &m)) != NULL; k++)
            sum += chunk[m - 1]->value;
    }
    return sum;
}
