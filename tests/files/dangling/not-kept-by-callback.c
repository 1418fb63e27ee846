// a function that a library function calls back counts, keeps sums of numbers, and compares addresses
#include <croft.h>
#include <stdint.h>
#include <stdlib.h>
static uintptr_t kept, calls;
static int add(const void *left, const void *right)
{
    kept = *(const uintptr_t *)left + 1;
    return *(const uintptr_t *)left < *(const uintptr_t *)right;
}
static int compare(const void *left, const void *right)
{
    calls = calls + 1;
    return *(const uintptr_t *)left < *(const uintptr_t *)right;
}
__attribute__((noinline)) static char at(uintptr_t word) { return *(char *)(word - 1); }
char f(void)
{
    CROFT_REGION(r);
    char *x = CROFT_ARRAY(r, char, 50);
    x[0] = 1;
    uintptr_t words[2] = { (uintptr_t)x, (uintptr_t)x }, numbers[2] = { 1, 2 };
    qsort(words, 2, sizeof words[0], compare);
    qsort(numbers, 2, sizeof numbers[0], add);
    return at(words[0] + 1);
}
