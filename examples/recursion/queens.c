/*
 * Regions in recursion: the n-queens puzzle, where every level of the recursion has scratch memory of its own.
 *
 * A level opens a region, lists the columns that are still free in its row, and recurses for each of them. The regions of all
 * levels are open at once, one on top of the other, and a level's queen points to the queen above it, in the region of the
 * level that called. Such a pointer is right: it leads to an older region, which ends later.
 */
#include <croft.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { LARGEST = 9 };

struct queen {
    int row;
    int column;
    const struct queen *above;
};

static bool attacked(const struct queen *above, int row, int column)
{
    for (; above; above = above->above)
        if (above->column == column || abs(above->column - column) == row - above->row)
            return true;
    return false;
}

/* The number of ways to fill the rows from `row` on, below the queens from `above` upwards. */
static int solutions(int size, int row, const struct queen *above)
{
    if (row == size)
        return 1;

    CROFT_REGION(level);
    int *columns = CROFT_ARRAY(level, int, (size_t)size);
    int count = 0;
    for (int column = 0; column < size; column++)
        if (!attacked(above, row, column))
            columns[count++] = column;

    int found = 0;
    struct queen *queen = CROFT_NEW(level, struct queen);
    queen->row = row;
    queen->above = above;
    for (int i = 0; i < count; i++) {
        queen->column = columns[i];
        found += solutions(size, row + 1, queen);
    }
    return found;
}

int main(void)
{
    for (int size = 1; size <= LARGEST; size++)
        printf("%d queens: %d\n", size, solutions(size, 0, NULL));
    return 0;
}
