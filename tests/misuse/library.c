// A library function that reads what has ended: no code of ours, so only the tools see it.
#include <croft.h>
#include <stdio.h>
#include <string.h>
static const char *greeting(void)
{
    CROFT_REGION(r);
    char *text = CROFT_ARRAY(r, char, 13);
    memcpy(text, "hello, world", 13);
    return text;
}
int main(void)
{
    puts(greeting());
}
//asan> ERROR: AddressSanitizer: use-after-poison
//valgrind> Invalid read of size 1
//valgrind> data symbol "croft_static_pool"
