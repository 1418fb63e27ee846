// a treap: a recursive insertion that rotates keeps the topmost node in a global place
#include <croft.h>
struct node { struct node *less, *more; unsigned key, priority; };
static struct node *top;
static struct node *insert(croft_region r, struct node *tree, unsigned key)
{
    if (!tree) {
        struct node *node = CROFT_NEW(r, struct node);
        node->less = node->more = NULL;
        node->key = key;
        node->priority = key * 7919;
        return node;
    }
    struct node *child = insert(r, tree->less, key); // error: R0402
    tree->less = child;
    if (child->priority > tree->priority) {
        tree->less = child->more;
        child->more = tree;
        top = child; // error: R0402
        return child;
    }
    return tree;
}
unsigned f(unsigned n)
{
    croft_region r = croft_push_bounded(1 << 20);
    struct node *tree = NULL;
    for (unsigned i = 0; i < n; i++)
        tree = insert(r, tree, i); // error: R0402
    unsigned k = tree ? tree->key : 0;
    croft_pop(r);
    return k;
}
unsigned g(void) { return top->key; }
