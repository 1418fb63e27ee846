/*
 * A leak that the checker rejects: every iteration leaves its list behind in a region that outlives them all. A thousand rounds
 * pass unnoticed in a test; a loop that runs for days empties the pool. fixed.c is the corrected twin.
 */
#include <croft.h>

#include <stdio.h>

enum { ROUNDS = 1000 };

struct cell {
    int value;
    struct cell *next;
};

static int sum(const struct cell *list)
{
    int total = 0;
    for (; list; list = list->next)
        total += list->value;
    return total;
}

static int foo(void)
{
    int total = 0;
    CROFT_REGION(r);
    for (int round = 0; round < ROUNDS; round++) {
        struct cell *list = CROFT_ARRAY(r, struct cell, 2); // error: R0301
        list[0].value = round % 7;
        list[0].next = &list[1];
        list[1].value = round % 5;
        list[1].next = NULL;
        total += sum(list);
    }
    return total;
}

int main(void)
{
    printf("sum of %d rounds: %d\n", ROUNDS, foo());
    return 0;
}
