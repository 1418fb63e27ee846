// The pool runs out: the kernel's own croft_exhausted is told, and ends the program in order.
#include <croft.h>

#include <stdio.h>
#include <stdlib.h>

static unsigned granted;

static void end(const croft_exhaustion *what)
{
    printf("exhausted: reason %d, %zu bytes at %zu, all of %zu blocks: %d\n", what->reason, what->size, what->align,
           what->blocks_total, what->blocks_taken == what->blocks_total);
    printf("some were granted: %d\n", granted > 0);
    exit(7);
}

#ifdef CROFT_BARE_METAL
void croft_exhausted(const croft_exhaustion *what)
{
    end(what);
}
#endif

int main(void)
{
#ifndef CROFT_BARE_METAL
    croft_set_exhaustion_handler(end);
#endif
    CROFT_REGION_BOUNDED(r, 1 << 24);
    for (;;) {
        unsigned char *object = croft_alloc(r, 1000, 8);
        object[999] = 1;
        granted += object[999];
    }
}
