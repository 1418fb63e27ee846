// a variable names the kept region in every second iteration: the pops of the others end nothing that was kept
#include <croft.h>

void parse(int lines)
{
    croft_region keep = croft_push();
    int scratch = 0;
    for (int i = 0; i < lines; i++) {
        croft_region r = keep;
        if (scratch)
            r = croft_push();
        volatile int *line = CROFT_NEW(r, int); // error: R0301
        *line = i;
        if (scratch)
            croft_pop(r);
        scratch = !scratch;
    }
    croft_pop(keep);
}
