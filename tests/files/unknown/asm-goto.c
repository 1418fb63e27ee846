// assembly with labels in a callee may keep the pointer
#include <croft.h>
int *kept;
__attribute__((noinline)) static void keep(int *p)
{
    __asm__ goto("movq %0, kept(%%rip)" : : "r"(p) : "memory" : out);
out:;
}
void work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    keep(p); // error: R0902
}
