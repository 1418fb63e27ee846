// a goto leaves a scope, which ends its region while one that was opened by hand is still open
#include <croft.h>

int work(int n)
{
    CROFT_SCOPE(r) { // error: R0202
        croft_region by_hand = croft_push();
        volatile int *p = CROFT_NEW(r, int);
        *p = n;
        if (*p > 3)
            goto out;
        croft_pop(by_hand);
    }
    return 0;
out:
    return 1;
}
