// Loops that allocate into a region of their caller: none, within a block, and over many; twice in one region, and after a reset.
#include <croft.h>

#include <stdio.h>

struct cell {
    struct cell *next;
    unsigned long value;
};

CROFT_BOUNDED_PARAM(0) static struct cell *list(croft_region r, unsigned long length)
{
    struct cell *head = NULL;
    for (unsigned long i = 0; i < length; i++) {
        struct cell *cell = CROFT_NEW(r, struct cell);
        cell->value = i;
        cell->next = head;
        head = cell;
    }
    return head;
}

static unsigned long sum(const struct cell *cell)
{
    unsigned long total = 0;
    for (; cell; cell = cell->next)
        total = total * 31 + cell->value;
    return total;
}

int main(void)
{
    for (unsigned long length = 0; length < 10000; length = length * 3 + 1) {
        CROFT_REGION_BOUNDED(r, 1 << 20);
        struct cell *first = list(r, length);
        struct cell *second = list(r, length / 2);
        printf("%lu: %lu %lu\n", length, sum(first), sum(second));
        croft_reset(r);
        printf("%lu again: %lu\n", length, sum(list(r, length)));
    }
    return 0;
}
