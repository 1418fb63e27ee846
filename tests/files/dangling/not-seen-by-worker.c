// a global holds the job only while the mutex is held
#include <croft.h>
#include <pthread.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int *job;
int *last;

void *worker(void *unused)
{
    pthread_mutex_lock(&mutex);
    last = job;
    pthread_mutex_unlock(&mutex);
    return unused;
}

void submit(int number)
{
    CROFT_REGION(r);
    int *made = CROFT_NEW(r, int);
    *made = number;
    pthread_mutex_lock(&mutex);
    job = made;
    *job += number;
    job = 0;
    pthread_mutex_unlock(&mutex);
}
