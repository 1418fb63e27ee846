// Of the heap, it may be kept; a scratch region of its own is none of the one that ends; and a variable that outlives the region will do.
#include <croft.h>
#include <stdlib.h>
struct node {
    struct node *next;
};
static struct node *list;
static void keep(void *object)
{
    struct node *node = object;
    node->next = list;
    list = node;
}
static void fill(void *object)
{
    CROFT_REGION(own);
    int *copy = CROFT_NEW(own, int);
    *copy = *(int *)object;
}
static void clear(void *object)
{
    *(int *)object = 0;
}
void kept(void)
{
    CROFT_REGION(r);
    struct node *node = malloc(sizeof *node);
    if (node)
        croft_cleanup(r, node, keep);
}
void filled(void)
{
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    *number = 3;
    croft_cleanup(r, number, fill);
}
int found(void)
{
    int here = 1;
    {
        CROFT_REGION(r);
        croft_cleanup(r, &here, clear);
    }
    return here;
}
