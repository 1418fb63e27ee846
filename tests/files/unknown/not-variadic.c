// a variadic function of the library reads what it is given; one of the user's is given numbers
#include <croft.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__((noinline)) static int sum(int count, ...)
{
    int total = 0;
    va_list arguments;
    va_start(arguments, count);
    while (count-- > 0)
        total += va_arg(arguments, int);
    va_end(arguments);
    return total;
}

int work(void)
{
    CROFT_REGION(r);
    char *text = CROFT_ARRAY(r, char, 2);
    text[0] = 'a';
    text[1] = 0;
    printf("%s %p\n", text, (void *)text);
    return sum(2, text[0], 2);
}
