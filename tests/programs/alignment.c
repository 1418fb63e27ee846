// Objects and arrays at every alignment, in plain and bounded regions, across block borders.
#include <croft.h>

#include <stdint.h>
#include <stdio.h>

static unsigned fill(croft_region r, size_t size, size_t align)
{
    unsigned char *p = croft_alloc(r, size, align);
    for (size_t i = 0; i < size; i++)
        p[i] = (unsigned char)(size + i);
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += p[i];
    return sum + ((uintptr_t)p % align == 0);
}

int main(void)
{
    for (size_t align = 1; align <= 4096; align *= 2) {
        unsigned sum = 0;
        for (size_t size = 0; size < 2000; size += 131) {
            CROFT_REGION(r);
            sum += fill(r, size, 1);
            sum += fill(r, size, align);
            sum += fill(r, size * 7, align);
        }
        printf("%zu %u\n", align, sum);
    }
}
