// A new object has no contents: Valgrind sees that they decide something.
//accepted: contents are none of the checker's business
#include <croft.h>
#include <stdio.h>
int main(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    puts(*p == 7 ? "seven" : "other");
}
//valgrind> ninitialised value
