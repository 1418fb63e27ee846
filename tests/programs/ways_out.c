// Every way out of nested regions and scopes, taken or not by a counter.
#include <croft.h>

#include <stdio.h>

static unsigned number(croft_region r, unsigned value)
{
    unsigned *p = CROFT_NEW(r, unsigned);
    *p = value;
    return *p;
}

static unsigned work(unsigned n)
{
    unsigned u = n;
    CROFT_REGION(outer);
    unsigned *kept = CROFT_NEW(outer, unsigned);
    *kept = n;
    for (unsigned i = 0; i < 8; i++) {
        CROFT_REGION(r);
        u += number(r, i);
        switch ((n + i) % 7) {
        case 0:
            continue;
        case 1:
            goto next;
        case 2: {
            CROFT_REGION_BOUNDED(inner, 64);
            u += number(inner, u);
            if (u % 3 == 0)
                return u + *kept;
            break;
        }
        case 3:
            CROFT_SCOPE(scope) {
                u ^= number(scope, u);
                if (u % 5 == 0)
                    break;
                CROFT_SCOPE(deeper) {
                    if (u % 2)
                        goto out;
                    u += number(deeper, *kept);
                }
            }
            break;
        default:
            if (u > 1000)
                goto out;
        }
        u = u * 3 + 1;
    next:;
    }
    return u;
out:
    return u * 2 + *kept;
}

int main(void)
{
    for (unsigned n = 0; n < 60; n++)
        printf("%u%c", work(n), n % 10 == 9 ? '\n' : ' ');
}
