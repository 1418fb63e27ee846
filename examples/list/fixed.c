/*
 * The corrected twin of leak.c: the region lives for one iteration, so the loop may run forever in the memory of one round.
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
    for (int round = 0; round < ROUNDS; round++) {
        CROFT_REGION(r); /* ends with every iteration */
        struct cell *list = CROFT_ARRAY(r, struct cell, 2);
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
