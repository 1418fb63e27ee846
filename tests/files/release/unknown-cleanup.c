// Functions that nobody described, or that are not known, as cleanups; and what a kernel calls.
#include <croft.h>
void release(void *object);
void elsewhere(void);
void known_by_name(void *p)
{
    CROFT_REGION(r);
    croft_cleanup(r, p, release); // error: R0902 "release"
}
void by_pointer(void *p, void (*fn)(void *))
{
    CROFT_REGION(r);
    croft_cleanup(r, p, fn); // error: R0906
}
CROFT_KERNEL void kernel(void)
{
    elsewhere(); // error: R0902 "elsewhere"
}
