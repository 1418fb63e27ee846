// assembly is given a pointer into a region
// flags: only-O0 because at -O2 clang passes the object itself, not its address
#include <croft.h>

void work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    __asm__ volatile("" : : "r"(p) : "memory"); // error: R0904 "assembly"
}
