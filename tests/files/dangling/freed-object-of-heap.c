// memory of the heap outlives every region: it must not be left pointing into one
#include <croft.h>
#include <stdlib.h>

struct node {
    int *value;
};

struct node *make(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    struct node *node = malloc(sizeof *node);
    if (node)
        node->value = p; // error: R0402
    return node;
}
