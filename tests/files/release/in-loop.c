// Registering in an outer region, once for each iteration, is an allocation like any other.
#include <croft.h>
static void clear(void *object)
{
    *(int *)object = 0;
}
void loop(int n)
{
    static int count;
    CROFT_REGION(r);
    for (int i = 0; i < n; i++)
        croft_cleanup(r, &count, clear); // error: R0301
}
