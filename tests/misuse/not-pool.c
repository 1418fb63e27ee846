// The pool's counters, a pool that cannot be replaced while it is in use, and exhaustion: as in the other modes.
//pool: 3
#include <croft.h>
#include <stdio.h>
static _Alignas(CROFT_BLOCK_SIZE) unsigned char other[5 * CROFT_BLOCK_SIZE];
static void counters(void)
{
    croft_stats stats;
    croft_pool_stats(&stats);
    printf("%zu of %zu, peak %zu, %zu uses\n", stats.blocks_in_use, stats.blocks_total, stats.blocks_peak,
           stats.uses);
}
static int granted(void)
{
    int count = 0;
    CROFT_REGION_BOUNDED(r, 1 << 20);
    while (croft_try_alloc(r, 10000, 8) != NULL)
        count++;
    counters();
    printf("%d\n", croft_pool_init(other, sizeof other) == CROFT_POOL_BUSY);
    return count;
}
int main(void)
{
    for (int i = 0; i < 3; i++)
        printf("%d\n", granted());
    counters();
    printf("%d\n", croft_pool_init(other, sizeof other));
    printf("%d\n", granted());
    printf("%d\n", croft_pool_check());
}
//= 3 of 3, peak 3, 1 uses
//= 1
//= 3
//= 3 of 3, peak 3, 2 uses
//= 1
//= 3
//= 3 of 3, peak 3, 3 uses
//= 1
//= 3
//= 0 of 3, peak 3, 3 uses
//= 0
//= 5 of 5, peak 5, 1 uses
//= 1
//= 5
//= 0
