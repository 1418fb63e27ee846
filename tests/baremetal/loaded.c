// A kernel that a resident program loads: it has no pool of its own.
#include <croft.h>

static unsigned fold(const unsigned *values, unsigned count)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum = sum * 17 + values[i];
    return sum;
}

unsigned loaded_sum(unsigned count)
{
    CROFT_REGION_BOUNDED(r, 64 << 10);
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned *values = CROFT_ARRAY(r, unsigned, 100);
        for (unsigned k = 0; k < 100; k++)
            values[k] = i * k;
        sum = sum * 3 + fold(values, 100);
    }
    return sum;
}

void loaded_exhausts(void)
{
    CROFT_REGION_BOUNDED(r, (size_t)1 << 30);
    for (volatile int i = 1; i; i++)
        *(char *)croft_alloc(r, 1000, 8) = 1;
}
