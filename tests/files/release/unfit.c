// Cleanups that keep what dies, fill the region, or have lost their object when they run.
#include <croft.h>
struct node {
    struct node *next;
    croft_region home;
};
static struct node *list;
static void keep(void *object)
{
    struct node *node = object;
    node->next = list;
    list = node;
}
static void fill(void *region)
{
    (void)croft_alloc(region, 8, 8);
}
static void clear(void *object)
{
    *(int *)object = 0;
}
void kept(void)
{
    CROFT_REGION(r);
    struct node *node = CROFT_NEW(r, struct node);
    croft_cleanup(r, node, keep); // error: R0602 "keeps a pointer"
}
void filled(void)
{
    CROFT_REGION(r);
    croft_cleanup(r, r, fill); // error: R0602 "works on the region"
}
void lost(croft_region r)
{
    int here = 1;
    croft_cleanup(r, &here, clear); // error: R0602 "variable of this function"
}
