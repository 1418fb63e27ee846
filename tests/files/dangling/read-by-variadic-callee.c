// a variadic function with a body keeps a region pointer that it reads with va_arg
#include <croft.h>
#include <stdarg.h>

int *kept;

__attribute__((noinline)) static void keep(int count, ...)
{
    va_list arguments;
    va_start(arguments, count);
    kept = va_arg(arguments, int *);
    va_end(arguments);
}

void work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    keep(1, p); // error: R0402
}
