/* What croft links into every program that it builds: the static pool, and its summary on request. */
#include <croft.h>

#include <stdio.h>
#include <stdlib.h>

CROFT_STATIC_POOL(CROFT_POOL_BLOCKS);

#ifdef CROFT_DEBUG
/* This file is not lowered: it calls debug mode's counters itself, without a place. */
void croft_rt_debug_pool_stats(croft_stats *out, const croft_place *place);
#define croft_pool_stats(out) croft_rt_debug_pool_stats(out, NULL)
#endif

#ifdef CROFT_INTERRUPTS
/*
 * Interrupts of a program are its signals: what the runtime does to the pool, it does while the thread takes none. Two
 * system calls a section: a program that knows which signals its handlers serve defines its own.
 */
#include <signal.h>

static _Thread_local sigset_t before;
static _Thread_local size_t depth; /* sections nest; 0 whenever a signal can be taken */

__attribute__((__weak__)) size_t _critical_section_1_0_acquire(void)
{
    sigset_t all, now;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &now);
    if (depth++ == 0)
        before = now;
    return 0;
}

__attribute__((__weak__)) void _critical_section_1_0_release(size_t state)
{
    (void)state;
    if (--depth == 0)
        pthread_sigmask(SIG_SETMASK, &before, NULL);
}
#endif

/* Runs after the program's own exit handlers, so that it sees what they left open. */
__attribute__((destructor)) static void summary(void)
{
    if (getenv("CROFT_STATS") == NULL)
        return;
    croft_stats stats;
    croft_pool_stats(&stats);
    fprintf(stderr, "croft: %zu uses of the pool; at most %zu of %zu blocks in use at once (%zu KiB); %zu at the end\n",
            stats.uses, stats.blocks_peak, stats.blocks_total, stats.blocks_peak * (CROFT_BLOCK_SIZE / 1024),
            stats.blocks_in_use);
}
