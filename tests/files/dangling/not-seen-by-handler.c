// the handler runs when the global holds nothing any more, and the volatile global holds what lives for ever
#include <croft.h>
#include <signal.h>
static int *current;
static int *volatile job;
static int number_of_jobs;
int *kept;
static volatile int done;

static void handler(int signal)
{
    kept = current;
}

void interrupt(void)
{
    kept = job;
    done = 1;
}

void work(void)
{
    signal(SIGUSR1, handler);
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    current = number;
    *current = 1;
    current = 0;
    raise(SIGUSR1);
}

void submit(void)
{
    done = 0;
    job = &number_of_jobs;
    while (!done)
        ;
    job = 0;
}
