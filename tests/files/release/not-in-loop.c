// In a region of the iteration's, or one with a budget.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
void loop(int n)
{
    static int count;
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        croft_cleanup(r, &count, clear);
    }
    CROFT_REGION_BOUNDED(r, 1 << 16);
    for (int i = 0; i < n; i++)
        croft_cleanup(r, &count, clear);
}
