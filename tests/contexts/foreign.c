// Wrong: a thread allocates in a region that the main thread has opened.
#include <croft.h>

#include <pthread.h>

static unsigned char buffer[4 * CROFT_BLOCK_SIZE] __attribute__((__aligned__(CROFT_BLOCK_SIZE)));

static void *run(void *region)
{
    if (croft_pool_init(buffer, sizeof buffer) != CROFT_OK)
        return NULL;
    CROFT_REGION(own);
    unsigned *mine = CROFT_NEW(own, unsigned);
    unsigned *theirs = croft_alloc((croft_region)region, sizeof *theirs, sizeof *theirs);
    *theirs = *mine = 1;
    return NULL;
}

int main(void)
{
    CROFT_REGION(r);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, r) != 0)
        return 9;
    pthread_join(thread, NULL);
    return 0;
}
