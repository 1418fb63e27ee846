// Late reuse never costs memory: regions of two blocks each, in turn, over a pool of four.
//pool: 4
#include <croft.h>
#include <stdio.h>
#include <string.h>
static unsigned fill(croft_region r, unsigned char value)
{
    unsigned char *a = CROFT_ARRAY(r, unsigned char, 16000);
    unsigned char *b = CROFT_ARRAY(r, unsigned char, 16000);
    memset(a, value, 16000);
    memset(b, value, 16000);
    return a[15999] + b[0];
}
int main(void)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 1000; i++) {
        CROFT_REGION(outer);
        sum += fill(outer, (unsigned char)i);
        CROFT_SCOPE(inner) {
            sum += fill(inner, 1);
        }
        croft_reset(outer);
        sum += fill(outer, 2);
    }
    printf("%u\n", sum);
}
//= 255432
