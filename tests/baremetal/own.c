/* A user's kernel for the proof: `step` runs a bounded number of instructions with any argument, `walk` does not. */
#include <croft.h>

__attribute__((noinline)) CROFT_KERNEL int step(int n)
{
    CROFT_REGION(r);
    int *few = CROFT_ARRAY(r, int, n);
    int *more = CROFT_ARRAY(r, int, n + 3);
    few[n - 1] = n;
    more[0] = few[n - 1] + 1;
    return more[0];
}

__attribute__((noinline)) int walk(const int *from, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += from[i];
    return sum;
}

int main(void)
{
    int numbers[3] = { 1, 2, 3 };
    return step(8) - 9 + walk(numbers, 3) - 6;
}
