// Mutual recursion with a region for each level, whose objects point to the level above.
#include <croft.h>

#include <stdio.h>

struct level {
    const struct level *above;
    unsigned number;
};

static unsigned odd(const struct level *above, unsigned n);

static unsigned sum(const struct level *level)
{
    unsigned total = 0;
    for (; level; level = level->above)
        total = total * 3 + level->number;
    return total;
}

static unsigned even(const struct level *above, unsigned n)
{
    CROFT_REGION(r);
    struct level *level = CROFT_NEW(r, struct level);
    level->above = above;
    level->number = n;
    if (n == 0)
        return sum(level);
    return odd(level, n - 1) + 1;
}

static unsigned odd(const struct level *above, unsigned n)
{
    CROFT_REGION(r);
    struct level *level = CROFT_NEW(r, struct level);
    level->above = above;
    level->number = n * 2;
    if (n == 0)
        return sum(level) * 2;
    unsigned below = even(level, n - 1);
    return below + level->number;
}

int main(void)
{
    for (unsigned n = 0; n < 60; n += 7)
        printf("%u %u\n", n, even(NULL, n));
}
