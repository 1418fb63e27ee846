/*
 * One source, two programs: with WITH_MALLOC every object comes from malloc and is freed by hand, without it every object lies in a
 * region. Code that only frees stands in BY_HAND.
 *
 *     MEMORY                  the type by which a function is given a region; unused over malloc
 *     OPEN(r, bytes)          opens the region r, for loops too, of at most so many bytes
 *     CLOSE(r)                ends it
 *     NEW(r, T), ARRAY(r, T, n)
 *     RELEASE(p)              frees one object; in BY_HAND only
 *
 * A program takes the size of its work as its argument (1 for tests), has a default that runs for some tenths of a second, and prints
 * what it computed. With BENCH_PEAK in its environment it also prints the most memory that was resident, in KiB, to standard error.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(WITH_MALLOC)
typedef struct none *MEMORY;

static inline void *must(size_t bytes)
{
    void *p = malloc(bytes);
    if (!p)
        abort();
    return p;
}

#define OPEN(r, bytes) MEMORY r = NULL
#define CLOSE(r) ((void)(r))
#define NEW(r, T) ((void)(r), (T *)must(sizeof(T)))
#define ARRAY(r, T, n) ((void)(r), (T *)must((size_t)(n) * sizeof(T)))
#define RELEASE(p) free(p)
#define BY_HAND(...) __VA_ARGS__
#else
#include <croft.h>
typedef croft_region MEMORY;

#define OPEN(r, bytes) croft_region r = croft_push_bounded(bytes)
#define CLOSE(r) croft_pop(r)
#define NEW(r, T) CROFT_NEW(r, T)
#define ARRAY(r, T, n) CROFT_ARRAY(r, T, n)
#define BY_HAND(...)
#endif

enum { MIB = 1 << 20 };

/* The size of the work. */
static inline unsigned work(int argc, char **argv, unsigned usual)
{
    return argc > 1 ? (unsigned)atoi(argv[1]) : usual;
}

/* A linear congruential generator (Knuth's MMIX). */
static unsigned long long random_state = 1;

static inline unsigned draw(unsigned limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((random_state >> 33) % limit);
}

static inline int finish(void)
{
    if (getenv("BENCH_PEAK")) {
        unsigned long peak = 0;
        char line[256];
        FILE *status = fopen("/proc/self/status", "r");
        while (status && fgets(line, sizeof line, status))
            sscanf(line, "VmHWM: %lu", &peak);
        fprintf(stderr, "%lu\n", peak);
    }
    return 0;
}

#endif
