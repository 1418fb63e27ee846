// break, continue and return leave a block that has a local variable, with the block's region open
#include <croft.h>

int by_break(int n)
{
    int last = 0;
    for (int i = 0; i < n; i++) {
        croft_region r = croft_push();
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        if (*p == 7) break; // error: R0201 "when the function returns"
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
        if (*p == 7) continue; // error: R0201 "when the loop repeats"
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
        if (*p == 7) return 2; // error: R0201 "when the function returns"
        croft_pop(r);
    }
    return n;
}
