// A search tree: random keys are inserted and looked up, and all end together.
#include "memory.h"

struct node {
    struct node *less, *more;
    unsigned key, count;
};

static struct node *insert(MEMORY r, struct node *tree, unsigned key)
{
    if (!tree) {
        struct node *node = NEW(r, struct node);
        node->less = node->more = NULL;
        node->key = key;
        node->count = 1;
        return node;
    }
    if (key < tree->key)
        tree->less = insert(r, tree->less, key);
    else if (key > tree->key)
        tree->more = insert(r, tree->more, key);
    else
        tree->count++;
    return tree;
}

static unsigned long walk(const struct node *tree, unsigned long before)
{
    if (!tree)
        return before;
    before = walk(tree->less, before);
    before = before * 31 + tree->key * tree->count;
    return walk(tree->more, before);
}

BY_HAND(static void drop(struct node *tree)
{
    if (tree) {
        drop(tree->less);
        drop(tree->more);
        RELEASE(tree);
    }
})

int main(int argc, char **argv)
{
    unsigned rounds = work(argc, argv, 12);
    unsigned long total = 0;
    for (unsigned round = 0; round < rounds; round++) {
        OPEN(r, 4 * MIB);
        struct node *tree = NULL;
        for (unsigned i = 0; i < 50000; i++)
            tree = insert(r, tree, draw(60000));
        unsigned found = 0;
        for (unsigned i = 0; i < 50000; i++) {
            unsigned key = draw(60000);
            const struct node *node = tree;
            while (node && node->key != key)
                node = key < node->key ? node->less : node->more;
            found += node != NULL;
        }
        total = walk(tree, total) + found;
        BY_HAND(drop(tree);)
        CLOSE(r);
    }
    printf("%lu\n", total);
    return finish();
}
