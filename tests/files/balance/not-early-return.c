// CROFT_REGION ends its region on every way out: return, break, continue, goto, switch
#include <croft.h>

int work(int n)
{
    for (int i = 0; i < n; i++) {
        CROFT_REGION(r);
        volatile int *p = CROFT_NEW(r, int);
        *p = i;
        switch (*p) {
        case 1:
            return 1;
        case 2:
            continue;
        case 3:
            goto out;
        case 4:
            break;
        default:
            if (*p > 9)
                return 9;
        }
        if (*p == 7)
            break;
    }
    return 0;
out:
    return 3;
}
