// an object of a region points to the heap, which it may
#include <croft.h>
#include <stdlib.h>

struct node {
    int *value;
};

int make(void)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    node->value = malloc(sizeof(int));
    if (!node->value)
        return -1;
    *node->value = 1;
    int result = *node->value;
    free(node->value);
    return result;
}
