// A binary tree is built, summed and ended, again and again.
#include "memory.h"

struct tree {
    struct tree *left, *right;
    long value;
};

static struct tree *build(MEMORY r, int depth, long value)
{
    struct tree *tree = NEW(r, struct tree);
    tree->value = value;
    tree->left = depth ? build(r, depth - 1, 2 * value) : NULL;
    tree->right = depth ? build(r, depth - 1, 2 * value + 1) : NULL;
    return tree;
}

static long sum(const struct tree *tree)
{
    return tree ? tree->value + sum(tree->left) + sum(tree->right) : 0;
}

BY_HAND(static void drop(struct tree *tree)
{
    if (tree) {
        drop(tree->left);
        drop(tree->right);
        RELEASE(tree);
    }
})

int main(int argc, char **argv)
{
    unsigned rounds = work(argc, argv, 40);
    long total = 0;
    for (unsigned round = 0; round < rounds; round++) {
        OPEN(r, 8 * MIB);
        struct tree *tree = build(r, 16, 1);
        total += sum(tree) + round;
        BY_HAND(drop(tree);)
        CLOSE(r);
    }
    printf("%ld\n", total);
    return finish();
}
