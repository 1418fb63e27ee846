// a variadic function returns one of its arguments, which the caller uses in time
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
    {
        CROFT_REGION(r);
        int *p = CROFT_NEW(r, int);
        *p = n;
        return *first(1, p);
    }
}
