// Described, both of them.
#include <croft.h>
CROFT_EFFECTS("get(arg0); nounwind") void release(void *object);
CROFT_EFFECTS("pure") void elsewhere(void);
void known_by_name(void *p)
{
    CROFT_REGION(r);
    croft_cleanup(r, p, release);
}
CROFT_KERNEL void kernel(void)
{
    elsewhere();
}
