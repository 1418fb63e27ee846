// Requests that are refused: past the budget, too large, not representable, badly aligned; nothing changes by them.
#include <croft.h>

#include <stdint.h>
#include <stdio.h>

int main(void)
{
    for (size_t budget = 0; budget < 400; budget += 56) {
        CROFT_REGION_BOUNDED(r, budget);
        unsigned granted = 0;
        for (int i = 0; i < 60; i++) {
            unsigned *p = CROFT_TRY_NEW(r, unsigned);
            if (p) {
                *p = 1;
                granted += *p;
            }
        }
        croft_reset(r);
        void *again = croft_try_alloc(r, 8, 8);
        printf("%zu: %u, after a reset %s\n", budget, granted, again ? "one more" : "none");
    }
    CROFT_REGION(r);
    char *p = croft_alloc(r, 16, 8);
    p[0] = 'a';
    printf("%d", croft_try_alloc(r, CROFT_MAX_SIZE + 1, 8) == NULL);
    printf("%d", croft_try_alloc(r, 3 * CROFT_BLOCK_SIZE, 8) != NULL);
    printf("%d", croft_try_alloc_array(r, SIZE_MAX, 2, 8) == NULL);
    printf("%d", croft_try_alloc_array(r, SIZE_MAX / 8 + 2, 8, 8) == NULL);
    printf("%d", croft_try_alloc_array(r, 0, 8, 8) != NULL);
    volatile size_t align = 8192;
    printf("%d", croft_try_alloc(r, 8, align) == NULL);
    align = 0;
    printf("%d", croft_try_alloc(r, 8, align) == NULL);
    printf("%c\n", p[0]);
}
