// a variadic function that only reads what its arguments point to
#include <croft.h>
#include <stdarg.h>

__attribute__((noinline)) static int sum(int count, ...)
{
    va_list arguments;
    int total = 0;
    va_start(arguments, count);
    for (int i = 0; i < count; i++)
        total += *va_arg(arguments, int *);
    va_end(arguments);
    return total;
}

int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int), *q = CROFT_NEW(r, int);
    *p = *q = 1;
    return sum(2, p, q);
}
