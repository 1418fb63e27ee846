// One byte past an object, where the next one does not begin yet: only the tools see it.
//accepted: bounds of arrays are none of the checker's business
#include <croft.h>
int main(int argc, char **argv)
{
    (void)argv;
    CROFT_REGION(r);
    volatile char *a = CROFT_ARRAY(r, char, 13);
    volatile char *b = CROFT_ARRAY(r, char, 13);
    b[0] = 1;
    a[12 + argc] = b[0];
}
//asan> WRITE of size 1
//asan> padding.c:11
//valgrind> Invalid write of size 1
//valgrind> padding.c:11
