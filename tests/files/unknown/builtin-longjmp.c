// the compiler's own longjmp skips the pop
#include <croft.h>
static void *buffer[5];
__attribute__((noinline)) void inner(void)
{
    croft_region r = croft_push();
    volatile int *p = CROFT_NEW(r, int);
    *p = 1;
    __builtin_longjmp(buffer, 1); // error: R0904 "longjmp"
}
