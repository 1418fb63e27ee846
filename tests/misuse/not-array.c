// Segmented arrays that grow past a page, shrink and grow again, with a pool that they exhaust: as in the other modes.
//pool: 48
#include <croft.h>
#include <stdio.h>
struct large { long number; char rest[16000]; };
CROFT_SEGMENTED(large, struct large);
CROFT_SEGMENTED(small, short);
static void fill_large(void)
{
    CROFT_REGION_BOUNDED(r, 1 << 20);
    large all = CROFT_SEGMENTED_NEW(r, large);
    struct large *next;
    for (long i = 0; (next = CROFT_TRY_APPEND(r, all)) != NULL; i++)
        next->number = i;
    long sum = 0;
    for (size_t i = 0; i < CROFT_LENGTH(all); i++)
        sum += CROFT_AT(all, i)->number;
    printf("%zu %ld\n", CROFT_LENGTH(all), sum);
}
static void fill_small(void)
{
    CROFT_REGION_BOUNDED(r, 1 << 19);
    small all = CROFT_SEGMENTED_NEW(r, small);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100000; i++)
            *CROFT_APPEND(r, all) = (short)i;
        short *chunk;
        long sum = 0;
        for (size_t k = 0, n; (chunk = CROFT_CHUNK(all, k, &n)) != NULL; k++)
            for (size_t i = 0; i < n; i++)
                sum += chunk[i];
        printf("%zu %ld\n", CROFT_LENGTH(all), sum);
        CROFT_TRUNCATE(all, 10);
    }
}
int main(void)
{
    fill_large();
    fill_small();
    croft_stats stats;
    croft_pool_stats(&stats);
    printf("%zu\n", stats.blocks_in_use);
}
//= 46 1035
//= 100000 482684592
//= 100010 482684637
//= 0
