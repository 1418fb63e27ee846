// Regions of many blocks: a list longer than a block holds, walked from its end to its start.
#include <croft.h>

#include <stdio.h>

struct node {
    struct node *before;
    unsigned number;
    char ballast[100];
};

static struct node *list(croft_region r, unsigned length)
{
    struct node *last = NULL;
    for (unsigned i = 0; i < length; i++) {
        struct node *node = CROFT_NEW(r, struct node);
        node->before = last;
        node->number = i;
        node->ballast[i % 100] = (char)i;
        last = node;
    }
    return last;
}

int main(void)
{
    for (unsigned length = 1; length < 3000; length = length * 3 + 1) {
        CROFT_REGION_BOUNDED(r, 1 << 20);
        unsigned sum = 0, count = 0;
        for (struct node *node = list(r, length); node; node = node->before) {
            sum = sum * 3 + node->number + (unsigned char)node->ballast[node->number % 100];
            count++;
        }
        printf("%u %u\n", count, sum);
    }
}
