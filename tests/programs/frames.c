// Two regions used in turn: what one frame leaves is read by the next, and then reset.
#include <croft.h>

#include <stdio.h>

enum { WIDTH = 32 };

static unsigned *render(croft_region r, const unsigned *last, unsigned number)
{
    unsigned *frame = CROFT_ARRAY(r, unsigned, WIDTH);
    for (unsigned i = 0; i < WIDTH; i++)
        frame[i] = (last ? last[(i + 1) % WIDTH] : i) * 17 + number;
    return frame;
}

int main(void)
{
    CROFT_REGION(even);
    CROFT_REGION(odd);
    unsigned checksum = 0;
    const unsigned *before = NULL;
    unsigned *first = NULL;
    first = render(even, before, 0);
    for (unsigned number = 1; number < 1000; number += 2) {
        croft_reset(odd);
        unsigned *second = render(odd, first, number);
        croft_reset(even);
        first = render(even, second, number + 1);
        checksum = checksum * 5 + first[number % WIDTH];
    }
    printf("%u\n", checksum);
}
