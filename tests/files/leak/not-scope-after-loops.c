// the `for` of a scope never iterates, however many loops and conditions come before it
#include <croft.h>

unsigned work(unsigned u)
{
    CROFT_REGION(r);
    for (unsigned i = 0; i <= u % 3; i++)
        u += i;
    for (unsigned i = 0; i <= u % 5; i++)
        u += i;
    for (unsigned i = 0; i <= u % 7; i++)
        u += i;
    for (unsigned i = 0; i <= u % 11; i++)
        u += i;
    CROFT_SCOPE(s) {
        if (u % 13 == 1)
            return u;
        volatile unsigned *p = CROFT_NEW(r, unsigned);
        *p = u;
        u += *p;
    }
    return u;
}
