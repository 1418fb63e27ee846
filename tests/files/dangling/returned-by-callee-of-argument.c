// fixme: the place is the closing brace, not the return statement
// a user's function returns its argument: the result leads where the argument led
#include <croft.h>

__attribute__((noinline)) static int *positive(int *p)
{
    if (*p < 0)
        *p = 0;
    return p;
}

int *make(int value)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = value;
    return positive(p); // error: R0401
}
