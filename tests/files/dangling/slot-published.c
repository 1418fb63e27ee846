// the address of a local variable is in a global, and the variable points into the region
#include <croft.h>
static int **cursor, *kept;
__attribute__((noinline)) static void save(void)
{
    kept = *cursor;
}
int work(void)
{
    {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int); // error: R0402
        cursor = &p;
        save();
    }
    return *kept;
}
