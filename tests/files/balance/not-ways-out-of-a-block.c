// break, continue and return that end the region of the block first
#include <croft.h>

int by_break(int n)
{
    int last = 0;
    for (int i = 0; i < n; i++) {
        croft_region r = croft_push();
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        if (*p == 7) {
            croft_pop(r);
            break;
        }
        last = *p;
        croft_pop(r);
    }
    return last;
}

int by_continue(int n)
{
    int last = 0;
    for (int i = 0; i < n; i++) {
        croft_region r = croft_push();
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        if (*p == 7) {
            croft_pop(r);
            continue;
        }
        last = *p;
        croft_pop(r);
    }
    return last;
}

int by_return(int n)
{
    for (int i = 0; i < n; i++) {
        croft_region r = croft_push();
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        if (*p == 7) {
            croft_pop(r);
            return 2;
        }
        croft_pop(r);
    }
    return n;
}
