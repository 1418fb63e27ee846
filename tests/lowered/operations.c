/*
 * Operations as they are in lowered kernels, in the states in which they cost most: tests/suites/lowered.rs counts the
 * instructions between ENTER and LEAVE, the cold paths that they call included, by single-stepping this program.
 *
 * Usage: operations CASE. Each case is a function of its own, so that what comes before an operation is what the compiler
 * knows of it there. A case whose operations the compiler could merge or remove would count too few: every object is
 * written to (one instruction, which the counter takes off), and markers keep what accesses memory where it is.
 */
#include <croft.h>

#include <stdio.h>
#include <string.h>

enum { BLOCK = CROFT_BLOCK_PAYLOAD, RUN = 5 * CROFT_BLOCK_SIZE, MANY = 4096 };

#define ENTER __asm__ volatile("int3" ::: "memory")
#define LEAVE __asm__ volatile("int3" ::: "memory")
#define TOUCH(object) (*(volatile unsigned char *)(object) = 1)

/* What only the run knows. */
static volatile int yes = 1;
static volatile size_t small_size = 24, block_size = BLOCK, some_align = 64, one = 1;

/* ---------------------------------------------------------------------------------------- states of the pool */

/* A free list of five blocks, if a region is open. */
__attribute__((__noinline__)) static void free_list(void)
{
    CROFT_REGION_BOUNDED(r, 5 * BLOCK);
    for (int i = 0; i < 5; i++)
        TOUCH(croft_alloc(r, BLOCK, 8));
}

/* Free runs, and the mark that runs were cut. */
__attribute__((__noinline__)) static void free_runs(void)
{
    CROFT_REGION(r);
    TOUCH(croft_alloc(r, RUN, 8));
    TOUCH(croft_alloc(r, 2 * RUN, 8));
}

/* A peak that no case reaches again. */
__attribute__((__noinline__)) static void peak(void)
{
    CROFT_REGION_BOUNDED(r, (size_t)8 * BLOCK);
    for (int i = 0; i < 8; i++)
        TOUCH(croft_alloc(r, BLOCK, 8));
}

/* ------------------------------------------------------------------------------------------------ the operations */

typedef void kernel(void);

/* A region whose first allocation is not certain: its descriptor is in the frame, or in registers. */
static void push_lazy(void)
{
    ENTER;
    CROFT_REGION(r);
    LEAVE;
    if (yes)
        TOUCH(croft_alloc(r, 24, 8));
}

/* One whose first allocation is certain. */
static void push_eager(void)
{
    ENTER;
    CROFT_REGION(r);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
}

static void push_bounded_eager(void)
{
    size_t budget = block_size;
    ENTER;
    CROFT_REGION_BOUNDED(r, budget);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
}

/* One that is handed over to the caller: its descriptor is in its first block. */
__attribute__((__noinline__)) static croft_region handed_over(void)
{
    ENTER;
    croft_region r = croft_push();
    LEAVE;
    return r;
}

static void push_handed_over(void)
{
    croft_region r = handed_over();
    TOUCH(croft_alloc(r, 24, 8));
    croft_pop(r);
}

/* The same, not counted. */
__attribute__((__noinline__)) static croft_region opened(void)
{
    return croft_push();
}

static void pop_lazy_unused(void)
{
    {
        CROFT_REGION(r);
        if (!yes)
            TOUCH(croft_alloc(r, 24, 8));
        ENTER;
    }
    LEAVE;
}

static void pop_one_block(void)
{
    {
        CROFT_REGION(r);
        TOUCH(croft_alloc(r, 24, 8));
        ENTER;
    }
    LEAVE;
}

static void pop_two_blocks(void)
{
    {
        CROFT_REGION(r);
        TOUCH(croft_alloc(r, BLOCK, 8));
        TOUCH(croft_alloc(r, BLOCK, 8));
        ENTER;
    }
    LEAVE;
}

static void pop_many_blocks(void)
{
    {
        CROFT_REGION_BOUNDED(r, (size_t)MANY * BLOCK);
        for (int i = 0; i < MANY; i++)
            TOUCH(croft_alloc(r, BLOCK, 8));
        ENTER;
    }
    LEAVE;
}

__attribute__((__noinline__)) static void fill(croft_region r)
{
    TOUCH(croft_alloc(r, 24, 8));
}

/* The descriptor's address is known to another function: it is in memory. */
static void pop_in_memory(void)
{
    {
        CROFT_REGION(r);
        fill(r);
        ENTER;
    }
    LEAVE;
}

static void pop_handed_over(void)
{
    croft_region r = opened();
    TOUCH(croft_alloc(r, 24, 8));
    ENTER;
    croft_pop(r);
    LEAVE;
}

static void pop_with_runs(void)
{
    {
        CROFT_REGION(r);
        TOUCH(croft_alloc(r, RUN, 8));
        TOUCH(croft_alloc(r, 2 * RUN, 8));
        ENTER;
    }
    LEAVE;
}

static void reset_one_block(void)
{
    CROFT_REGION(r);
    TOUCH(croft_alloc(r, 24, 8));
    ENTER;
    croft_reset(r);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
}

static void reset_many_blocks(void)
{
    CROFT_REGION_BOUNDED(r, (size_t)MANY * BLOCK);
    for (int i = 0; i < MANY; i++)
        TOUCH(croft_alloc(r, BLOCK, 8));
    ENTER;
    croft_reset(r);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
}

static void reset_maybe_unused(void)
{
    CROFT_REGION(r);
    if (yes)
        TOUCH(croft_alloc(r, 24, 8));
    ENTER;
    croft_reset(r);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
}

static void reset_unused(void)
{
    CROFT_REGION(r);
    if (!yes)
        TOUCH(croft_alloc(r, 24, 8));
    ENTER;
    croft_reset(r);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
}

static void reset_in_memory(void)
{
    CROFT_REGION(r);
    fill(r);
    ENTER;
    croft_reset(r);
    LEAVE;
    fill(r);
}

static void reset_handed_over(void)
{
    croft_region r = opened();
    TOUCH(croft_alloc(r, 24, 8));
    ENTER;
    croft_reset(r);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
    croft_pop(r);
}

static void reset_with_runs(void)
{
    CROFT_REGION(r);
    TOUCH(croft_alloc(r, RUN, 8));
    ENTER;
    croft_reset(r);
    LEAVE;
    TOUCH(croft_alloc(r, 24, 8));
}

/*
 * An allocation in each state of a region. `request` may use n and a, which are read before it.
 */
#define ALLOCATIONS(name, request)                                                                             \
    static void name##_in_block(void)                                                                          \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        TOUCH(croft_alloc(r, 24, 8));                                                                          \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_new_block(void)                                                                         \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        TOUCH(croft_alloc(r, BLOCK, 8));                                                                       \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_first(void)                                                                             \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        if (yes) {                                                                                             \
            ENTER;                                                                                             \
            TOUCH(request);                                                                                    \
            LEAVE;                                                                                             \
        }                                                                                                      \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_maybe_first(void)                                                                       \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        if (!yes)                                                                                              \
            TOUCH(croft_alloc(r, 24, 8));                                                                      \
        if (yes) {                                                                                             \
            ENTER;                                                                                             \
            TOUCH(request);                                                                                    \
            LEAVE;                                                                                             \
        }                                                                                                      \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_maybe_not_first(void)                                                                   \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        if (yes)                                                                                               \
            TOUCH(croft_alloc(r, BLOCK, 8));                                                                   \
        if (yes) {                                                                                             \
            ENTER;                                                                                             \
            TOUCH(request);                                                                                    \
            LEAVE;                                                                                             \
        }                                                                                                      \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_first_bounded(void)                                                                     \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION_BOUNDED(r, b);                                                                            \
        if (yes) {                                                                                             \
            ENTER;                                                                                             \
            TOUCH(request);                                                                                    \
            LEAVE;                                                                                             \
        }                                                                                                      \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_certain(void)                                                                           \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_after_reset(void)                                                                       \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        TOUCH(croft_alloc(r, BLOCK, 8));                                                                       \
        croft_reset(r);                                                                                        \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_budget_ends_in_next(void)                                                               \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION_BOUNDED(r, 2 * BLOCK - 8);                                                                \
        TOUCH(croft_alloc(r, BLOCK - 8, 8));                                                                   \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_many_blocks(void)                                                                       \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION_BOUNDED(r, (size_t)(MANY + 1) * BLOCK);                                                   \
        for (int i = 0; i < MANY; i++)                                                                         \
            TOUCH(croft_alloc(r, BLOCK, 8));                                                                   \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_with_runs(void)                                                                         \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        CROFT_REGION(r);                                                                                       \
        TOUCH(croft_alloc(r, RUN, 8));                                                                         \
        TOUCH(croft_alloc(r, BLOCK, 8));                                                                       \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    __attribute__((__noinline__)) static void name##_of(croft_region r)                                        \
    {                                                                                                          \
        size_t n = small_size, b = block_size, a = some_align, k = one;                                        \
        ENTER;                                                                                                 \
        TOUCH(request);                                                                                        \
        LEAVE;                                                                                                 \
        (void)n, (void)b, (void)a, (void)k;                                                                    \
    }                                                                                                          \
    static void name##_parameter_raw(void)                                                                     \
    {                                                                                                          \
        croft_region r = croft_push();                                                                         \
        name##_of(r);                                                                                          \
        croft_pop(r);                                                                                          \
    }                                                                                                          \
    static void name##_parameter_lazy(void)                                                                    \
    {                                                                                                          \
        CROFT_REGION(r);                                                                                       \
        if (yes)                                                                                               \
            name##_of(r);                                                                                      \
    }                                                                                                          \
    static void name##_parameter_full(void)                                                                    \
    {                                                                                                          \
        CROFT_REGION(r);                                                                                       \
        TOUCH(croft_alloc(r, BLOCK, 8));                                                                       \
        name##_of(r);                                                                                          \
    }                                                                                                          \
    static void name##_parameter_after_reset(void)                                                             \
    {                                                                                                          \
        croft_region r = croft_push();                                                                         \
        TOUCH(croft_alloc(r, BLOCK, 8));                                                                       \
        croft_reset(r);                                                                                        \
        name##_of(r);                                                                                          \
        croft_pop(r);                                                                                          \
    }

ALLOCATIONS(alloc_small, croft_alloc(r, 24, 8))
ALLOCATIONS(alloc_aligned, croft_alloc(r, 64, 64))
ALLOCATIONS(alloc_block, croft_alloc(r, BLOCK, 8))
ALLOCATIONS(alloc_size, croft_alloc(r, n, 8))
ALLOCATIONS(alloc_large_size, croft_alloc(r, b - 16, 8))
ALLOCATIONS(alloc_size_align, croft_alloc(r, n, a))
ALLOCATIONS(alloc_array, croft_alloc_array(r, n, 8, 8))
ALLOCATIONS(alloc_array_any, croft_alloc_array(r, n, k, a))
ALLOCATIONS(try_alloc_size, croft_try_alloc(r, n, 8))

/* Runs: the first one of a region and of a busy time, another one. */
static void run_first(void)
{
    CROFT_REGION(r);
    if (yes) {
        ENTER;
        TOUCH(croft_alloc(r, RUN, 8));
        LEAVE;
    }
}

static void run_first_of_owner(void)
{
    CROFT_REGION(r);
    TOUCH(croft_alloc(r, 24, 8));
    ENTER;
    TOUCH(croft_alloc(r, RUN, 8));
    LEAVE;
}

static void run_another(void)
{
    CROFT_REGION(r);
    TOUCH(croft_alloc(r, RUN, 8));
    ENTER;
    TOUCH(croft_alloc(r, RUN, 8));
    LEAVE;
}

static void run_another_size(void)
{
    size_t n = block_size * 40;
    CROFT_REGION(r);
    TOUCH(croft_alloc(r, RUN, 8));
    ENTER;
    TOUCH(croft_alloc(r, n, 8));
    LEAVE;
}

/* ------------------------------------------------------------------------------------------------------ the cases */

#define CASE(name) { #name, name }
#define ALLOCATION_CASES(name)                                                                                 \
    CASE(name##_in_block), CASE(name##_new_block), CASE(name##_first), CASE(name##_maybe_first),               \
        CASE(name##_maybe_not_first), CASE(name##_first_bounded), CASE(name##_certain),                        \
        CASE(name##_after_reset), CASE(name##_budget_ends_in_next), CASE(name##_many_blocks),                  \
        CASE(name##_with_runs), CASE(name##_parameter_raw), CASE(name##_parameter_lazy),                       \
        CASE(name##_parameter_full), CASE(name##_parameter_after_reset)

static const struct { const char *name; kernel *run; } cases[] = {
    CASE(push_lazy), CASE(push_eager), CASE(push_bounded_eager), CASE(push_handed_over),
    CASE(pop_lazy_unused), CASE(pop_one_block), CASE(pop_two_blocks), CASE(pop_many_blocks),
    CASE(pop_in_memory), CASE(pop_handed_over), CASE(pop_with_runs),
    CASE(reset_one_block), CASE(reset_many_blocks), CASE(reset_maybe_unused), CASE(reset_unused),
    CASE(reset_in_memory), CASE(reset_handed_over), CASE(reset_with_runs),
    ALLOCATION_CASES(alloc_small), ALLOCATION_CASES(alloc_aligned), ALLOCATION_CASES(alloc_block),
    ALLOCATION_CASES(alloc_size), ALLOCATION_CASES(alloc_large_size), ALLOCATION_CASES(alloc_size_align),
    ALLOCATION_CASES(alloc_array), ALLOCATION_CASES(alloc_array_any), ALLOCATION_CASES(try_alloc_size),
    CASE(run_first), CASE(run_first_of_owner), CASE(run_another), CASE(run_another_size),
};

/* The same case in each state of the pool; the program ends once it has run. */
static int run(kernel *kernel, const char *state)
{
    if (strcmp(state, "first-use") == 0) {
        kernel();
        return 0;
    }
    if (strcmp(state, "idle") == 0) {
        peak();
        kernel();
        return 0;
    }
    if (strcmp(state, "idle-after-runs") == 0) {
        free_runs();
        kernel();
        return 0;
    }
    CROFT_REGION(outer);
    TOUCH(croft_alloc(outer, 24, 8));
    if (strcmp(state, "list") == 0)
        free_list();
    else if (strcmp(state, "runs") == 0)
        free_runs();
    else if (strcmp(state, "range") != 0)
        return 2;
    kernel();
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            puts(cases[i].name);
        return 0;
    }
    for (size_t i = 0; argc == 3 && i < sizeof cases / sizeof *cases; i++)
        if (strcmp(cases[i].name, argv[1]) == 0)
            return run(cases[i].run, argv[2]);
    return 2;
}
