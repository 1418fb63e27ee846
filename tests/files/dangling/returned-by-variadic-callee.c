// a variadic function returns one of its arguments, which the caller uses too late
#include <croft.h>
#include <stdarg.h>

__attribute__((noinline)) static int *first(int count, ...)
{
    va_list arguments;
    va_start(arguments, count);
    int *result = va_arg(arguments, int *);
    va_end(arguments);
    return result;
}

int work(int n)
{
    int *kept;
    {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        *p = n;
        kept = first(1, p);
    }
    return *kept; // error: R0403
}
