// A thread that has not called croft_pool_init: `try` answers null, everything else tells the handler why.
#include <croft.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void told(const croft_exhaustion *what)
{
    printf("reason %d, %zu of %zu blocks\n", what->reason, what->blocks_taken, what->blocks_total);
    exit(7);
}

static void *run(void *argument)
{
    CROFT_REGION(r);
    unsigned *object = CROFT_NEW(r, unsigned);
    *object = 1;
    return argument;
}

int main(void)
{
    CROFT_REGION(r);
    unsigned *object = CROFT_NEW(r, unsigned);
    *object = 7;
    printf("the main thread has %u\n", *object);
    croft_set_exhaustion_handler(told);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        return 9;
    pthread_join(thread, NULL);
    return 1;
}
