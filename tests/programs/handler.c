// The exhaustion handler is told why, and ends the program in order.
#include <croft.h>

#include <stdio.h>
#include <stdlib.h>

static void refused(const croft_exhaustion *what)
{
    printf("refused: reason %d, %zu bytes at %zu\n", what->reason, what->size, what->align);
    exit(0);
}

int main(void)
{
    croft_exhaustion_handler before = croft_set_exhaustion_handler(refused);
    printf("%d\n", before == NULL);
    CROFT_REGION_BOUNDED(r, 100);
    for (unsigned i = 0; i < 1000; i++) {
        unsigned *p = CROFT_NEW(r, unsigned);
        *p = i;
        printf("%u ", *p);
    }
    printf("never\n");
    return 1;
}
