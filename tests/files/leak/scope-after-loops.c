// a loop around a scope fills a region from before it, whatever loops came earlier
#include <croft.h>

unsigned work(unsigned u)
{
    CROFT_REGION(r);
    for (unsigned i = 0; i <= u % 3; i++)
        u += i;
    for (unsigned i = 0; i <= u % 5; i++)
        u += i;
    while (u % 7) {
        CROFT_SCOPE(s) {
            volatile unsigned *p = CROFT_NEW(r, unsigned); // error: R0301
            *p = u;
            u += *p;
        }
    }
    return u;
}
