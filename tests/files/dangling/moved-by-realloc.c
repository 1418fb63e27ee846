// realloc moves a holder of a pointer that ends
#include <croft.h>
#include <stdlib.h>
struct node
{
    struct node *next;
    long value;
};
long work(struct node *other)
{
    struct node **nodes = malloc(sizeof *nodes);
    if (!nodes)
        abort();
    long value;
    {
        CROFT_REGION(r);
        nodes[0] = CROFT_NEW(r, struct node);
        nodes[0]->value = 1;
        struct node **more = realloc(nodes, 2 * sizeof *nodes); // error: R0402
        if (!more)
            abort();
        nodes = more;
    }
    value = nodes[0]->value;
    free(nodes);
    return value;
}
