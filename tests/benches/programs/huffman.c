// Huffman codes of many texts: a sorted list of trees becomes one tree, of which the lengths of the codes are read.
#include "memory.h"

enum { SYMBOLS = 256 };

struct tree {
    struct tree *zero, *one;
    struct tree *next; /* in the list, the rarest first */
    unsigned long weight;
    int symbol;
};

static struct tree *insert(struct tree *list, struct tree *tree)
{
    if (!list || tree->weight <= list->weight) {
        tree->next = list;
        return tree;
    }
    struct tree *at = list;
    while (at->next && at->next->weight < tree->weight)
        at = at->next;
    tree->next = at->next;
    at->next = tree;
    return list;
}

static unsigned long bits(const struct tree *tree, unsigned depth)
{
    return tree->zero ? bits(tree->zero, depth + 1) + bits(tree->one, depth + 1) : tree->weight * depth;
}

BY_HAND(static void drop(struct tree *tree)
{
    if (tree->zero) {
        drop(tree->zero);
        drop(tree->one);
    }
    RELEASE(tree);
})

int main(int argc, char **argv)
{
    unsigned texts = work(argc, argv, 4000);
    unsigned long sum = 0;
    for (unsigned text = 0; text < texts; text++) {
        OPEN(r, 1 * MIB);
        struct tree *list = NULL;
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            struct tree *tree = NEW(r, struct tree);
            tree->zero = tree->one = NULL;
            tree->weight = 1 + draw(1 + draw(10000));
            tree->symbol = symbol;
            list = insert(list, tree);
        }
        while (list->next) {
            struct tree *zero = list, *one = list->next, *rest = one->next;
            struct tree *both = NEW(r, struct tree);
            both->zero = zero;
            both->one = one;
            both->weight = zero->weight + one->weight;
            both->symbol = -1;
            list = insert(rest, both);
        }
        sum += bits(list, 0);
        BY_HAND(drop(list);)
        CLOSE(r);
    }
    printf("%lu\n", sum);
    return finish();
}
