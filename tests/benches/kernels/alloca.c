/*
 * The first workload of workloads.c on alloca: the region is the frame of a function, which is called once for each region.
 */
#include "support.h"

#include <alloca.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL static __attribute__((__noinline__))
#define LOOP _Pragma("clang loop unroll(disable) vectorize(disable)")

enum { OBJECT = 32, SIZES = 1024 };

static unsigned short sizes[SIZES];

static void draw_sizes(void)
{
    unsigned long long state = 7;
    for (int i = 0; i < SIZES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        sizes[i] = (unsigned short)(16 + 8 * ((state >> 33) % 31));
    }
}

static inline void touch(void *object, size_t value)
{
    ((volatile size_t *)object)[1] = value;
}

KERNEL void fixed_one(size_t turn)
{
    touch(alloca(OBJECT), turn);
}

KERNEL void fixed(size_t turn, size_t count)
{
    LOOP for (size_t i = 0; i < count; i++)
        touch(alloca(OBJECT), turn);
}

KERNEL void row(size_t turn, size_t count)
{
    LOOP for (size_t i = 0; i < count; i += 8) {
        touch(alloca(OBJECT), turn);
        touch(alloca(OBJECT), turn);
        touch(alloca(OBJECT), turn);
        touch(alloca(OBJECT), turn);
        touch(alloca(OBJECT), turn);
        touch(alloca(OBJECT), turn);
        touch(alloca(OBJECT), turn);
        touch(alloca(OBJECT), turn);
    }
}

KERNEL size_t varied(size_t at, size_t count)
{
    LOOP for (size_t i = 0; i < count; i++) {
        size_t size = sizes[at++ % SIZES];
        touch(alloca(size), size);
    }
    return at;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const char *workload = argv[1];
    size_t count = strtoul(argv[2], NULL, 10), iterations = strtoul(argv[3], NULL, 10);
    int tells = argc > 4;
    draw_sizes();
    unsigned long long start = tells ? processor_time() : 0;
    if (strcmp(workload, "fixed") == 0 && count == 1) {
        LOOP for (size_t turn = 0; turn < iterations; turn++)
            fixed_one(turn);
    } else if (strcmp(workload, "fixed") == 0) {
        LOOP for (size_t turn = 0; turn < iterations; turn++)
            fixed(turn, count);
    } else if (strcmp(workload, "row") == 0) {
        LOOP for (size_t turn = 0; turn < iterations; turn++)
            row(turn, count);
    } else if (strcmp(workload, "varied") == 0) {
        size_t at = 0;
        LOOP for (size_t turn = 0; turn < iterations; turn++)
            at = varied(at, count);
    } else {
        return 2;
    }
    if (tells)
        print_time(processor_time() - start);
    return 0;
}
