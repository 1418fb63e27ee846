// another thread is given memory of its own
#include <croft.h>
#include <pthread.h>

static int shared;

static void *start(void *p)
{
    return p;
}

int work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    pthread_t thread;
    pthread_create(&thread, NULL, start, &shared);
    pthread_join(thread, NULL);
    return *p;
}
