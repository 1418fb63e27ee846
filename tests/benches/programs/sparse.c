// Sparse matrices as lists of entries: products of which each has a region of its own.
#include "memory.h"

enum { ROWS = 400, PER_ROW = 8 };

struct entry {
    struct entry *next; /* in its row, by columns */
    unsigned column;
    double value;
};

/* Adds to the entry of this column, which it makes if there is none. */
static struct entry *add(MEMORY r, struct entry *row, unsigned column, double value)
{
    struct entry *before = NULL, *at = row;
    while (at && at->column < column) {
        before = at;
        at = at->next;
    }
    if (at && at->column == column) {
        at->value += value;
        return row;
    }
    struct entry *entry = NEW(r, struct entry);
    entry->column = column;
    entry->value = value;
    entry->next = at;
    if (!before)
        return entry;
    before->next = entry;
    return row;
}

static struct entry **drawn(MEMORY r)
{
    struct entry **rows = ARRAY(r, struct entry *, ROWS);
    for (unsigned i = 0; i < ROWS; i++) {
        struct entry *row = NULL;
        for (unsigned k = 0; k < PER_ROW; k++)
            row = add(r, row, draw(ROWS), (draw(2001) - 1000.0) / 1000);
        rows[i] = row;
    }
    return rows;
}

static struct entry **product(MEMORY r, struct entry *const *a, struct entry *const *b)
{
    struct entry **rows = ARRAY(r, struct entry *, ROWS);
    for (unsigned i = 0; i < ROWS; i++) {
        struct entry *row = NULL;
        for (const struct entry *left = a[i]; left; left = left->next)
            for (const struct entry *right = b[left->column]; right; right = right->next)
                row = add(r, row, right->column, left->value * right->value);
        rows[i] = row;
    }
    return rows;
}

BY_HAND(static void drop(struct entry **rows)
{
    for (unsigned i = 0; i < ROWS; i++)
        for (struct entry *entry = rows[i], *next; entry; entry = next) {
            next = entry->next;
            RELEASE(entry);
        }
    RELEASE(rows);
})

int main(int argc, char **argv)
{
    unsigned rounds = work(argc, argv, 100);
    double sum = 0;
    for (unsigned round = 0; round < rounds; round++) {
        OPEN(r, 16 * MIB);
        struct entry **a = drawn(r), **b = drawn(r);
        struct entry **square = product(r, a, b);
        for (unsigned i = 0; i < ROWS; i++)
            for (const struct entry *entry = square[i]; entry; entry = entry->next)
                sum = sum * 0.999 + entry->value;
        BY_HAND(drop(square); drop(b); drop(a);)
        CLOSE(r);
    }
    printf("%.12g\n", sum);
    return finish();
}
