// a worker is woken while a global holds the job, and keeps it
#include <croft.h>
#include <pthread.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int *job, done;
int *last;

void *worker(void *unused)
{
    pthread_mutex_lock(&mutex);
    while (!job)
        pthread_cond_wait(&changed, &mutex);
    last = job;
    done = 1;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
    return unused;
}

void submit(int number)
{
    CROFT_REGION(r);
    int *made = CROFT_NEW(r, int);
    *made = number;
    pthread_mutex_lock(&mutex);
    job = made; // error: R0402
    pthread_cond_signal(&changed);
    while (!done)
        pthread_cond_wait(&changed, &mutex);
    job = 0;
    pthread_mutex_unlock(&mutex);
}
