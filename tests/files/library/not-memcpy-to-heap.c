// memcpy copies numbers to the heap
#include <croft.h>
#include <stdlib.h>
#include <string.h>

struct pair { int left, right; };

struct pair *work(int right)
{
    croft_region r = croft_push();
    struct pair *pair = CROFT_NEW(r, struct pair);
    pair->left = right;
    pair->right = right;
    struct pair *copy = malloc(sizeof *copy);
    memcpy(copy, pair, sizeof *copy);
    croft_pop(r);
    return copy;
}
