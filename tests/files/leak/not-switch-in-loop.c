// the case that allocates leaves the loop for good
#include <croft.h>

int total;

void work(const char *text)
{
    CROFT_REGION(r);
    for (; *text; text++) {
        switch (*text) {
        case 'a':
            total++;
            break;
        case 'b': {
            volatile int *p = CROFT_NEW(r, int);
            *p = 1;
            total += *p;
            return;
        }
        default:
            continue;
        }
    }
}
