/*
 * A function that returns what it allocated: `bar` builds a list in its caller's region, `foo` owns the region.
 *
 * `bar` allocates in a loop, and the region outlives the loop's iterations. That is right here because `foo` opened the region
 * with a budget: it says how large the list may get. leak.c shows the same without a bound.
 */
#include <croft.h>

#include <stdio.h>

enum { LENGTH = 10 };

struct cell {
    int value;
    struct cell *next;
};

/* The squares of 1 to n, as a list in region r. */
static struct cell *bar(croft_region r, int n)
{
    struct cell *first = NULL;
    for (int i = n; i > 0; i--) {
        struct cell *cell = CROFT_NEW(r, struct cell);
        cell->value = i * i;
        cell->next = first;
        first = cell;
    }
    return first;
}

static int foo(int n)
{
    CROFT_REGION_BOUNDED(r, LENGTH * sizeof(struct cell));
    int sum = 0;
    for (const struct cell *cell = bar(r, n); cell; cell = cell->next)
        sum += cell->value;
    return sum; /* the list ends here, with r, as a whole */
}

int main(void)
{
    for (int n = 1; n <= LENGTH; n++)
        printf("1^2 + ... + %d^2 = %d\n", n, foo(n));
    return 0;
}
