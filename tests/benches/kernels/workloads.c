/*
 * The workloads of `make bench` (docs/BENCHMARKS.md), on whatever the header PEER makes of these words:
 *
 *     REGION                       the type by which a function is given a region
 *     ARENA(a), DONE(a)            what is made once, before the loops, and ended after them
 *     OPEN(a, r), CLOSE(a, r)      begins and ends the region r
 *     OPEN_LOOP(a, r, bytes)       the same for a region that a loop allocates into, at most so many bytes
 *     ALLOC(r, size)               an object that dies with r, aligned to 8; its first word belongs to the peer
 *     NODE(r, size), LEAVE(p)      an object that is freed on its own where the peer knows no regions (FREES)
 *
 * Usage: program WORKLOAD COUNT ITERATIONS [time | memory]. Prints nothing without the last word, so that the instructions of two
 * runs differ by those of the iterations alone. Loops are not unrolled: the compiler would unroll those without a call only, and the
 * loop that is subtracted is one of them.
 */
#include PEER
#include "support.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KERNEL static __attribute__((__noinline__))
#define LOOP _Pragma("clang loop unroll(disable) vectorize(disable)")

enum { OBJECT = 32, SIZES = 1024, MOST = 64, TURNS = 1000, LARGEST = 256 };

/* Sizes that only the run knows: 16 to 256 bytes, multiples of 8 as those of most structures are. */
static unsigned short sizes[SIZES];

static void draw_sizes(void)
{
    unsigned long long state = 7;
    for (int i = 0; i < SIZES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        sizes[i] = (unsigned short)(16 + 8 * ((state >> 33) % 31));
    }
}

/* One store that no compiler leaves out. */
static inline void touch(void *object, size_t value)
{
    ((volatile size_t *)object)[1] = value;
}

/* Eight objects one after the other, without a loop. */
#define ROW(r, value)                 \
    touch(ALLOC(r, OBJECT), value);   \
    touch(ALLOC(r, OBJECT), value);   \
    touch(ALLOC(r, OBJECT), value);   \
    touch(ALLOC(r, OBJECT), value);   \
    touch(ALLOC(r, OBJECT), value);   \
    touch(ALLOC(r, OBJECT), value);   \
    touch(ALLOC(r, OBJECT), value);   \
    touch(ALLOC(r, OBJECT), value)

/* W1: a region, objects of 32 bytes, their end. */

KERNEL void fixed_one(size_t iterations)
{
    ARENA(a);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN(a, r);
        touch(ALLOC(r, OBJECT), turn);
        CLOSE(a, r);
    }
    DONE(a);
}

KERNEL void fixed(size_t iterations, size_t count)
{
    ARENA(a);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN_LOOP(a, r, MOST * OBJECT);
        LOOP for (size_t i = 0; i < count; i++)
            touch(ALLOC(r, OBJECT), turn);
        CLOSE(a, r);
    }
    DONE(a);
}

KERNEL void row_one(size_t iterations)
{
    ARENA(a);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN(a, r);
        ROW(r, turn);
        CLOSE(a, r);
    }
    DONE(a);
}

KERNEL void row(size_t iterations, size_t count)
{
    ARENA(a);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN_LOOP(a, r, MOST * OBJECT);
        LOOP for (size_t i = 0; i < count; i += 8) {
            ROW(r, turn);
        }
        CLOSE(a, r);
    }
    DONE(a);
}

/* W1 with sizes that only the run knows. */

KERNEL void varied_one(size_t iterations)
{
    ARENA(a);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN(a, r);
        size_t size = sizes[turn % SIZES];
        touch(ALLOC(r, size), size);
        CLOSE(a, r);
    }
    DONE(a);
}

KERNEL void varied(size_t iterations, size_t count)
{
    ARENA(a);
    size_t at = 0;
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN_LOOP(a, r, MOST * LARGEST);
        LOOP for (size_t i = 0; i < count; i++) {
            size_t size = sizes[at++ % SIZES];
            touch(ALLOC(r, size), size);
        }
        CLOSE(a, r);
    }
    DONE(a);
}

/* W2: one region that grows to `bytes`, and ends at once; or the program ends before. */
KERNEL void large(size_t bytes, int ends, int tells)
{
    ARENA(a);
    OPEN_LOOP(a, r, 66 << 20);
    size_t taken = 0;
    LOOP for (size_t i = 0; taken < bytes; i++) {
        size_t size = sizes[i % SIZES];
        touch(ALLOC(r, size), size);
        taken += size;
    }
    if (tells)
        print_memory(taken);
    if (!ends)
        _exit(0);
    CLOSE(a, r);
    _exit(0);
}

/* W3: two regions that grow in turn, to two or three blocks each. */

KERNEL void turns(size_t iterations)
{
    ARENA(a);
    ARENA(b);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN_LOOP(a, r, TURNS * OBJECT);
        OPEN_LOOP(b, s, TURNS * OBJECT);
        LOOP for (size_t i = 0; i < TURNS; i++) {
            touch(ALLOC(r, OBJECT), turn);
            touch(ALLOC(s, OBJECT), turn);
        }
        CLOSE(b, s);
        CLOSE(a, r);
    }
    DONE(b);
    DONE(a);
}

KERNEL void turns_row(size_t iterations)
{
    ARENA(a);
    ARENA(b);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN_LOOP(a, r, TURNS * OBJECT);
        OPEN_LOOP(b, s, TURNS * OBJECT);
        LOOP for (size_t i = 0; i < TURNS; i += 4) {
            touch(ALLOC(r, OBJECT), turn);
            touch(ALLOC(s, OBJECT), turn);
            touch(ALLOC(r, OBJECT), turn);
            touch(ALLOC(s, OBJECT), turn);
            touch(ALLOC(r, OBJECT), turn);
            touch(ALLOC(s, OBJECT), turn);
            touch(ALLOC(r, OBJECT), turn);
            touch(ALLOC(s, OBJECT), turn);
        }
        CLOSE(b, s);
        CLOSE(a, r);
    }
    DONE(b);
    DONE(a);
}

/* W4: one operation at a time between two marks, for the worst of each kind. */
KERNEL void single(size_t rounds)
{
    ARENA(a);
    size_t at = 0;
    LOOP for (size_t round = 0; round < rounds; round++) {
        mark(MARK_BEGIN);
        mark(MARK_NOTHING);
        mark(MARK_BEGIN);
        OPEN_LOOP(a, r, 1 << 20);
        mark(MARK_PUSH);
        size_t count = round % 8 * 64;
        LOOP for (size_t i = 0; i < count; i++) {
            size_t size = sizes[at % SIZES];
            /* Now and then one that does not fit what is left of a block, a page or a chunk. */
            if (at++ % 61 == 60)
                size *= 50;
            mark(MARK_BEGIN);
            void *object = ALLOC(r, size);
            mark(MARK_ALLOC);
            touch(object, size);
        }
        mark(MARK_BEGIN);
        CLOSE(a, r);
        mark(MARK_POP);
    }
    DONE(a);
}

#if !defined(WITHOUT_CALLS)
/* W5: a binary tree, built, walked and ended. */

struct tree {
    struct tree *left, *right;
};

static struct tree *grow(REGION r, int depth)
{
    struct tree *tree = NODE(r, sizeof *tree);
    if (depth == 0) {
        tree->left = tree->right = NULL;
    } else {
        tree->left = grow(r, depth - 1);
        tree->right = grow(r, depth - 1);
    }
    return tree;
}

static size_t nodes(const struct tree *tree)
{
    return tree ? nodes(tree->left) + nodes(tree->right) + 1 : 0;
}

#if FREES
static void fell(struct tree *tree)
{
    if (tree->left) {
        fell(tree->left);
        fell(tree->right);
    }
    LEAVE(tree);
}
#endif

KERNEL void trees(size_t iterations, size_t depth)
{
    ARENA(a);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN_LOOP(a, r, 4 << 20);
        struct tree *tree = grow(r, (int)depth);
        if (nodes(tree) != ((size_t)2 << depth) - 1)
            abort();
#if FREES
        fell(tree);
#endif
        CLOSE(a, r);
    }
    DONE(a);
}

/* W6: a list that a function builds and returns. */

struct cell {
    struct cell *next;
    size_t value;
};

KERNEL struct cell *list(REGION r, size_t length)
{
    struct cell *head = NULL;
    LOOP for (size_t i = 0; i < length; i++) {
        struct cell *cell = NODE(r, sizeof *cell);
        cell->value = i;
        cell->next = head;
        head = cell;
    }
    return head;
}

KERNEL void lists(size_t iterations, size_t length)
{
    ARENA(a);
    LOOP for (size_t turn = 0; turn < iterations; turn++) {
        OPEN_LOOP(a, r, 1 << 20);
        struct cell *head = list(r, length);
        size_t sum = 0;
        LOOP for (struct cell *cell = head; cell; cell = cell->next)
            sum += cell->value;
        if (sum != length * (length - 1) / 2)
            abort();
#if FREES
        LOOP while (head) {
            struct cell *next = head->next;
            LEAVE(head);
            head = next;
        }
#endif
        CLOSE(a, r);
    }
    DONE(a);
}
#endif

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const char *workload = argv[1];
    size_t count = strtoul(argv[2], NULL, 10), iterations = strtoul(argv[3], NULL, 10);
    int tells = argc > 4 && strcmp(argv[4], "time") == 0;
    draw_sizes();
    unsigned long long start = tells ? processor_time() : 0;
    if (strcmp(workload, "fixed") == 0 && count == 1)
        fixed_one(iterations);
    else if (strcmp(workload, "fixed") == 0)
        fixed(iterations, count);
    else if (strcmp(workload, "row") == 0 && count == 8)
        row_one(iterations);
    else if (strcmp(workload, "row") == 0)
        row(iterations, count);
    else if (strcmp(workload, "varied") == 0 && count == 1)
        varied_one(iterations);
    else if (strcmp(workload, "varied") == 0)
        varied(iterations, count);
    else if (strcmp(workload, "large") == 0)
        large(count, iterations != 0, argc > 4);
    else if (strcmp(workload, "turns") == 0)
        turns(iterations);
    else if (strcmp(workload, "turns-row") == 0)
        turns_row(iterations);
    else if (strcmp(workload, "single") == 0)
        single(iterations);
#if !defined(WITHOUT_CALLS)
    else if (strcmp(workload, "trees") == 0)
        trees(iterations, count);
    else if (strcmp(workload, "lists") == 0)
        lists(iterations, count);
#endif
    else
        return 2;
    if (tells)
        print_time(processor_time() - start);
    return 0;
}
