// a library function calls back a function that computes with an element of an array, a number that is an address, and keeps it
#include <croft.h>
#include <stdint.h>
#include <stdlib.h>
static uintptr_t kept;
static int compare(const void *left, const void *right)
{
    kept = *(const uintptr_t *)left + 1;
    return *(const uintptr_t *)left < *(const uintptr_t *)right;
}
__attribute__((noinline)) static char at(void) { return *(char *)(kept - 1); }
char f(void)
{
    {
        CROFT_REGION(r);
        char *x = CROFT_ARRAY(r, char, 50);
        x[0] = 1;
        uintptr_t words[2] = { (uintptr_t)x, (uintptr_t)x };
        qsort(words, 2, sizeof words[0], compare); // error: R0402
    }
    return at();
}
