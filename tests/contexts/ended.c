// A thread ends while regions of its are open; another one gets its memory, whole.
#include <croft.h>

#include <pthread.h>
#include <stdio.h>

enum { BLOCKS = 8 };

static unsigned char buffer[(size_t)BLOCKS * CROFT_BLOCK_SIZE] __attribute__((__aligned__(CROFT_BLOCK_SIZE)));

static void *leave(void *argument)
{
    unsigned *result = argument;
    if (croft_pool_init(buffer, sizeof buffer) != CROFT_OK)
        return NULL;
    croft_region r = croft_push();
    while (croft_try_alloc(r, CROFT_BLOCK_PAYLOAD, 8))
        ++*result;
    pthread_exit(NULL);
}

int main(void)
{
    for (int i = 0; i < 3; i++) {
        unsigned blocks = 0;
        pthread_t thread;
        if (pthread_create(&thread, NULL, leave, &blocks) != 0)
            return 9;
        pthread_join(thread, NULL);
        printf("%u blocks\n", blocks);
    }
    croft_stats stats;
    croft_pool_stats(&stats);
    printf("the main thread: %zu in use\n", stats.blocks_in_use);
    return 0;
}
