// Small objects in nested regions, resets of the inner and of the outer one.
#include <croft.h>

#include <stdio.h>

struct sample {
    struct sample *before;
    unsigned value;
    unsigned short channel;
    unsigned char flags[5];
};

static unsigned fold(const struct sample *last)
{
    unsigned sum = 0;
    for (; last; last = last->before)
        sum = sum * 31 + last->value + last->channel + last->flags[last->value % 5];
    return sum;
}

static struct sample *take(croft_region r, struct sample *before, unsigned value)
{
    struct sample *sample = CROFT_NEW(r, struct sample);
    sample->before = before;
    sample->value = value;
    sample->channel = (unsigned short)(value * 7);
    for (unsigned i = 0; i < 5; i++)
        sample->flags[i] = (unsigned char)(value >> i);
    return sample;
}

int main(void)
{
    unsigned long long total = 0;
    for (unsigned round = 0; round < 20; round++) {
        CROFT_REGION_BOUNDED(outer, 40000);
        struct sample *kept = NULL;
        CROFT_REGION_BOUNDED(inner, 20000);
        for (unsigned batch = 0; batch < 5; batch++) {
            struct sample *last = NULL;
            for (unsigned i = 0; i < 40 + 20 * batch; i++)
                last = take(inner, last, round * 1000 + batch * 100 + i);
            kept = take(outer, kept, fold(last));
            croft_reset(inner);
        }
        unsigned sum = fold(kept);
        croft_reset(outer);
        total = total * 3 + sum;
        printf("round %u: %u %llu\n", round, sum, total);
    }
    return 0;
}
