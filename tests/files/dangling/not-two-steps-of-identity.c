// the chain's result leads into the outer region, through objects of the inner one
#include <croft.h>

struct node {
    struct node *next;
    int value;
};

struct box {
    struct node *node;
};

__attribute__((noinline)) static struct node *open(struct box *box)
{
    return box->node;
}

int work(void)
{
    CROFT_REGION(outer);
    struct node *a = CROFT_NEW(outer, struct node);
    *a = (struct node){NULL, 1};
    croft_region r = croft_push();
    struct box *box = CROFT_NEW(r, struct box);
    box->node = a;
    struct node *same = open(box);
    int value = same->value;
    croft_pop(r);
    return value + a->value;
}
