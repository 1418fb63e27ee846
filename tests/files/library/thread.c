// another thread is given a pointer into a region
#include <croft.h>
#include <pthread.h>

static void *start(void *p)
{
    return p;
}

void work(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = 1;
    pthread_t thread;
    pthread_create(&thread, NULL, start, p); // error: R0402
    pthread_join(thread, NULL);
}
