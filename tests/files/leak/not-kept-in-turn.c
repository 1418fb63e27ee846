// a variable names one of two regions in turn, and each ends in the iteration that opened it
#include <croft.h>

void parse(int lines)
{
    int large = 0;
    for (int i = 0; i < lines; i++) {
        croft_region r;
        if (large)
            r = croft_push_bounded(4096);
        else
            r = croft_push();
        volatile int *line = CROFT_NEW(r, int);
        *line = i;
        croft_pop(r);
        large = !large;
    }
}
