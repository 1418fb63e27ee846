// one case of a switch in a loop allocates
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
            volatile int *p = CROFT_NEW(r, int); // error: R0301
            *p = 1;
            total += *p;
            break;
        }
        default:
            continue;
        }
    }
}
