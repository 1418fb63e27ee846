// Threads with a pool each: every one runs the same kinds of work in regions and over malloc, and compares.
#include <croft.h>

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 60, NODES = 700, BLOCKS = 48 };

struct node {
    struct node *next;
    uint32_t key;
    unsigned char text[20];
};

static uint32_t draw(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void fill(struct node *node, struct node *next, uint32_t key)
{
    node->next = next;
    node->key = key;
    memset(node->text, (int)(key % 251), sizeof node->text);
}

static uint32_t fold(const struct node *list)
{
    uint32_t sum = 1;
    for (; list; list = list->next)
        sum = sum * 31 + list->key + list->text[list->key % sizeof list->text];
    return sum;
}

/* A list, a run above a block's payload, and a resettable region inside of it. */
static uint32_t in_regions(uint32_t seed, uint32_t count, size_t samples)
{
    uint32_t sum = seed;
    CROFT_REGION_BOUNDED(outer, 2 * NODES * sizeof(struct node));
    struct node *list = NULL;
    for (uint32_t i = 0; i < count; i++) {
        struct node *node = CROFT_NEW(outer, struct node);
        fill(node, list, draw(&seed));
        list = node;
    }
    CROFT_REGION_BOUNDED(inner, 60000);
    for (int batch = 0; batch < 3; batch++) {
        uint32_t *run = CROFT_ARRAY(inner, uint32_t, samples);
        for (size_t i = 0; i < samples; i++)
            run[i] = draw(&seed);
        for (size_t i = 0; i < samples; i++)
            sum = sum * 17 + run[i];
        croft_reset(inner);
    }
    return sum + fold(list);
}

static uint32_t over_malloc(uint32_t seed, uint32_t count, size_t samples)
{
    uint32_t sum = seed;
    struct node *list = NULL;
    for (uint32_t i = 0; i < count; i++) {
        struct node *node = malloc(sizeof *node);
        fill(node, list, draw(&seed));
        list = node;
    }
    for (int batch = 0; batch < 3; batch++) {
        uint32_t *run = malloc(samples * sizeof *run);
        for (size_t i = 0; i < samples; i++)
            run[i] = draw(&seed);
        for (size_t i = 0; i < samples; i++)
            sum = sum * 17 + run[i];
        free(run);
    }
    sum += fold(list);
    while (list) {
        struct node *next = list->next;
        free(list);
        list = next;
    }
    return sum;
}

struct work {
    uint32_t seed;
    uint32_t result;
    int status;
    size_t in_use, uses;
};

static void rounds(struct work *work)
{
    uint32_t seed = work->seed, sum = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t count = NODES + draw(&seed) % NODES;
        size_t samples = 100 + draw(&seed) % 14000;
        uint32_t result = in_regions(seed, count, samples);
        if (result != over_malloc(seed, count, samples)) {
            work->status = 1;
            return;
        }
        sum = sum * 3 + result;
    }
    work->result = sum;
    croft_stats stats;
    croft_pool_stats(&stats);
    work->in_use = stats.blocks_in_use;
    work->uses = stats.uses;
    if (croft_pool_check() != CROFT_OK)
        work->status = 2;
}

static unsigned char buffers[THREADS][(size_t)BLOCKS * CROFT_BLOCK_SIZE]
    __attribute__((__aligned__(CROFT_BLOCK_SIZE)));

static struct work works[THREADS];

/* Thread 0 is the main thread, with the program's static pool; the others bring memory of their own. */
static void *run(void *argument)
{
    struct work *work = argument;
    croft_stats before;
    croft_pool_stats(&before);
    if (before.blocks_total != 0)
        work->status = 3;
    else if (croft_pool_init(buffers[work - works], sizeof buffers[0]) != CROFT_OK)
        work->status = 4;
    else
        rounds(work);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    for (uint32_t i = 0; i < THREADS; i++)
        works[i].seed = 0x2545F491u * (i + 1);
    for (int i = 1; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run, &works[i]) != 0)
            return 9;
    rounds(&works[0]);
    for (int i = 1; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        printf("thread %d: status %d, sum %u, %zu uses, %zu blocks in use\n", i, works[i].status, works[i].result,
               works[i].uses, works[i].in_use);
        if (works[i].status != 0)
            return 1;
    }
    return 0;
}
