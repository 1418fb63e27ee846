/*
 * One operation of the main program, interrupted: tests/suites/contexts/stepping.rs stops this program before and after each
 * operation and has SIGUSR1 delivered after the first instruction in between, in the next round after the second, and so on.
 * The handler works in regions of its own. Whatever it interrupted, the operation's result, all objects and the pool
 * are as if it had come later.
 *
 * Usage: interrupted CASE. Ends by itself only when something is wrong: status 1, and a line that says what.
 */
#include <croft.h>

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(UNPROTECTED)
/* What must go wrong: critical sections that protect nothing. */
size_t _critical_section_1_0_acquire(void) { return 0; }
void _critical_section_1_0_release(size_t state) { (void)state; }
#endif

enum { BLOCK = CROFT_BLOCK_PAYLOAD, RUN = 5 * CROFT_BLOCK_SIZE };

static unsigned round_number;

__attribute__((__noreturn__)) static void wrong(const char *what)
{
    printf("round %u: %s\n", round_number, what);
    fflush(stdout);
    _exit(1);
}

/* ------------------------------------------------------------------------------------------- the handler */

static volatile sig_atomic_t handled;

static void check(const unsigned char *bytes, unsigned char fill, size_t length, const char *whose)
{
    if (bytes[0] != fill || bytes[length / 2] != fill || bytes[length - 1] != fill)
        wrong(whose);
}

static unsigned char *filled(unsigned char *bytes, unsigned char fill, size_t length)
{
    memset(bytes, fill, length);
    return bytes;
}

/* Regions of its own, which it ends: some blocks, a run, resets, a region in a region. */
static void handler(int signal)
{
    (void)signal;
    const char *const mine = "an object of the handler's has changed";
    CROFT_REGION(outer);
    unsigned char *small = filled(croft_alloc(outer, 40, 8), 0x11, 40);
    unsigned char *first = filled(croft_alloc(outer, BLOCK, 8), 0x22, BLOCK);
    {
        CROFT_REGION_BOUNDED(inner, RUN + 2 * BLOCK);
        unsigned char *run = filled(croft_alloc(inner, RUN, 64), 0x33, RUN);
        unsigned char *second = filled(croft_alloc(inner, BLOCK, 8), 0x44, BLOCK);
        check(run, 0x33, RUN, mine);
        check(second, 0x44, BLOCK, mine);
        croft_reset(inner);
        check(filled(croft_alloc(inner, 100, 16), 0x55, 100), 0x55, 100, mine);
    }
    check(small, 0x11, 40, mine);
    check(first, 0x22, BLOCK, mine);
    handled++;
}

/* ------------------------------------------------------------------------------- regions of the main program */

/* What every case finds and leaves open: objects that nobody may touch, a free list, runs given back. */
static croft_region base, region;
static unsigned char *kept, *kept_run, *object, *made;

static croft_region with_blocks(unsigned blocks)
{
    croft_region r = croft_push();
    for (unsigned i = 0; i < blocks; i++)
        object = filled(croft_alloc(r, BLOCK, 8), 0x77, BLOCK);
    return r;
}

static void nothing(void) {}
static void opened(void) { region = croft_push(); }
static void of_one(void) { region = with_blocks(1); }
static void of_four(void) { region = with_blocks(4); }
static void of_runs(void)
{
    region = with_blocks(2);
    filled(croft_alloc(region, RUN, 8), 0x88, RUN);
    object = filled(croft_alloc(region, 2 * RUN, 8), 0x77, BLOCK);
}
static void bounded(void)
{
    region = croft_push_bounded(2 * BLOCK + 64);
    object = filled(croft_alloc(region, BLOCK, 8), 0x77, BLOCK);
}
static void started(void)
{
    region = croft_push();
    object = filled(croft_alloc(region, 64, 8), 0x77, 64);
}

/* Cleanups: of the region's memory, and a region of their own while it ends. */
static void cleaned(void *bytes)
{
    CROFT_REGION(own);
    unsigned char *copy = filled(croft_alloc(own, 64, 8), 0x66, 64);
    check(bytes, 0x77, 64, "an object has changed before its cleanup");
    check(copy, 0x66, 64, "a cleanup's own object has changed");
}
static void with_cleanups(void)
{
    of_runs();
    croft_cleanup(region, object, cleaned);
    croft_cleanup(region, object, cleaned);
}
static void do_cleanups(void)
{
    croft_registration first = croft_register_cleanup(region, object, cleaned);
    croft_registration second = croft_try_register_cleanup(region, object, cleaned);
    croft_run_cleanup(first);
    croft_cancel_cleanup(second);
}

static void do_push(void) { region = croft_push(); }
static void do_push_bounded(void) { region = croft_push_bounded(1000); }
static void do_pop(void) { croft_pop(region), region = NULL, object = NULL; }
static void do_reset(void) { croft_reset(region), object = NULL; }
static void do_alloc(void) { made = croft_alloc(region, 48, 16); }
static void do_alloc_block(void) { made = croft_alloc(region, BLOCK, 8); }
static void do_alloc_array(void) { made = croft_alloc_array(region, 6, 8, 8); }
static void do_alloc_run(void) { made = croft_alloc(region, RUN, 4096); }
static void do_try(void) { made = croft_try_alloc(region, 48, 8); }
static void do_try_array(void) { made = croft_try_alloc_array(region, 3, 16, 8); }
static void do_try_run(void) { made = croft_try_alloc_array(region, RUN / 16, 16, 8); }
static void do_segmented(void)
{
    croft_segmented array = croft_segmented_new(region, 64, 8);
    made = croft_segmented_append(region, array);
    if (croft_segmented_length(array) != 1 || croft_segmented_at(array, 0) != made)
        wrong("a segmented array");
}
static void do_refused(void)
{
    if (croft_try_alloc(region, 1000 * CROFT_BLOCK_SIZE, 8))
        wrong("a request was granted that must be refused");
}
static void do_refused_budget(void)
{
    if (croft_try_alloc(region, BLOCK + 128, 8) || croft_try_alloc_array(region, SIZE_MAX / 4, 8, 8))
        wrong("a request was granted that the budget does not suffice for");
}

/* Compiled code: descriptors in registers, regions opened lazily and eagerly, slow paths inlined. */
static void do_kernel(void)
{
    unsigned sum = 0;
    CROFT_REGION(outer);
    unsigned char *first = filled(croft_alloc(outer, 24, 8), 1, 24);
    {
        CROFT_REGION_BOUNDED(inner, 3 * BLOCK);
        unsigned char *next = filled(croft_alloc(inner, 16, 8), 2, 16);
        sum += filled(croft_alloc(inner, BLOCK, 8), 3, 8)[7] + next[15];
        croft_reset(inner);
        unsigned char *tried = croft_try_alloc(inner, 32, 32);
        if (!tried)
            wrong("a request was refused that must be granted");
        sum += filled(tried, 4, 32)[31];
    }
    if (sum + first[23] != 10)
        wrong("the kernel's result");
}
static void do_stats(void)
{
    croft_stats stats;
    croft_pool_stats(&stats);
    if (stats.blocks_in_use < 3)
        wrong("the pool's counters");
}
static void do_check(void)
{
    if (croft_pool_check() != CROFT_OK)
        wrong("the pool's invariants, while it is interrupted");
}
static void do_init(void)
{
    static unsigned char other[2 * CROFT_BLOCK_SIZE];
    if (croft_pool_init(other, sizeof other) != CROFT_POOL_BUSY)
        wrong("a pool in use was replaced");
}
static void do_handler(void) { croft_set_exhaustion_handler(croft_set_exhaustion_handler(NULL)); }
static void do_keepalive(void) { croft_keepalive(kept); }

static const struct {
    void (*prepare)(void);
    void (*operation)(void);
} cases[] = {
    {nothing, do_push},         {nothing, do_push_bounded}, {opened, do_pop},          {of_one, do_pop},
    {of_four, do_pop},          {of_runs, do_pop},          {opened, do_reset},        {of_four, do_reset},
    {of_runs, do_reset},        {started, do_alloc},        {opened, do_alloc},        {of_one, do_alloc},
    {started, do_alloc_block},  {bounded, do_alloc},        {started, do_alloc_array}, {of_one, do_alloc_array},
    {started, do_alloc_run},    {of_runs, do_alloc_run},    {opened, do_alloc_run},    {of_one, do_try},
    {opened, do_try_array},     {started, do_try_run},      {of_one, do_refused},      {bounded, do_refused_budget},
    {nothing, do_kernel},       {of_four, do_stats},        {of_runs, do_check},       {started, do_init},
    {nothing, do_handler},      {nothing, do_keepalive},    {started, do_segmented},   {of_one, do_segmented},
    {with_cleanups, do_pop},    {with_cleanups, do_reset},  {started, do_cleanups},    {of_runs, do_cleanups},
};

/* Blocks that the pool can still hand out: all are taken and given back. */
static size_t capacity(void)
{
    size_t blocks = 1;
    croft_region all = croft_push();
    if (croft_try_alloc(all, BLOCK, 8))
        while (croft_try_alloc(all, BLOCK, 8))
            blocks++;
    croft_pop(all);
    return blocks;
}

int main(int count, char **arguments)
{
    unsigned chosen = count == 2 ? (unsigned)atoi(arguments[1]) : ~0u;
    if (chosen >= sizeof cases / sizeof *cases)
        return 3; /* no such case: the harness has seen all */
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR1, &action, NULL);
    size_t expected_in_use = 0, expected_capacity = 0;
    for (;; round_number++) {
        /* A pool that is broken may have a cycle in a list. */
        alarm(10);
        base = croft_push();
        kept = filled(croft_alloc(base, 500, 8), 0x99, 500);
        kept_run = filled(croft_alloc(base, RUN, 8), 0xAA, RUN);
        croft_pop(with_blocks(3));
        of_runs();
        croft_pop(region);
        region = NULL, object = NULL, made = NULL;
        cases[chosen].prepare();

        handled = 0;
        if (round_number != 0)
            raise(SIGSTOP);
        cases[chosen].operation();
        /* Round 0 shows what is right: the handler comes after the operation. */
        if (round_number != 0)
            raise(SIGSTOP);
        else
            raise(SIGUSR1);

        if (handled != 1)
            wrong("the handler did not run once");
        if (croft_pool_check() != CROFT_OK)
            wrong("an invariant of the pool is broken");
        if (made)
            filled(made, 0xBB, 48);
        check(kept, 0x99, 500, "an object has changed");
        check(kept_run, 0xAA, RUN, "a run has changed");
        if (object)
            check(object, 0x77, 64, "an object of the region has changed");
        croft_stats stats;
        croft_pool_stats(&stats);
        size_t room = capacity();
        if (round_number == 0) {
            expected_in_use = stats.blocks_in_use;
            expected_capacity = room;
        }
        if (stats.blocks_in_use != expected_in_use)
            wrong("another number of blocks is in use");
        if (room != expected_capacity)
            wrong("the pool can hand out another number of blocks");
        if (region)
            croft_pop(region);
        croft_pop(base);
        croft_pool_stats(&stats);
        if (stats.blocks_in_use != 0)
            wrong("blocks are in use when no region is");
    }
}
