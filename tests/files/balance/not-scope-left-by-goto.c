// scopes in scopes are left by goto, return and break, and end in order
#include <croft.h>

int work(int n)
{
    CROFT_SCOPE(r) {
        CROFT_SCOPE(s) {
            volatile int *p = CROFT_NEW(s, int);
            *p = n;
            if (*p > 3)
                goto out;
            if (*p > 2)
                return 2;
            if (*p > 1)
                break;
            n++;
        }
        CROFT_REGION(t);
        volatile int *q = CROFT_NEW(t, int);
        *q = n;
        if (*q == 0)
            return -1;
    }
    return 0;
out:
    return 1;
}
