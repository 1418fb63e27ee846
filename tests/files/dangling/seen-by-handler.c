// a signal handler that runs at once copies a global, and an interrupt's handler may copy a volatile one at any time
#include <croft.h>
#include <signal.h>
static int *current;
static int *volatile job;
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
    *number = 1;
    current = number; // error: R0402
    raise(SIGUSR1);
    current = 0;
}

void submit(void)
{
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    *number = 1;
    done = 0;
    job = number; // error: R0402
    while (!done)
        ;
    job = 0;
}
