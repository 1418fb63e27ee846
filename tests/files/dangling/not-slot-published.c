// the variable whose address is in a global points to what outlives the region
#include <croft.h>
static int **cursor, *kept, value;
__attribute__((noinline)) static void save(void)
{
    kept = *cursor;
}
int work(void)
{
    int *p = &value;
    {
        CROFT_REGION(r);
        volatile int *scratch = CROFT_NEW(r, int);
        *scratch = 1;
        cursor = &p;
        save();
    }
    return *kept;
}
