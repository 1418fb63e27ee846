/* Cleanups of regions, valid as C11 and as C++17, without the pass. Exit status 0, or the number of the line that failed. */
#include <croft.h>

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

CROFT_STATIC_POOL(64);

static int log_of[16];
static int count;

static void note(void *object)
{
    log_of[count++] = *(int *)object;
}

static int early(int way)
{
    CROFT_REGION(r);
    int *numbers = CROFT_ARRAY(r, int, 2);
    numbers[0] = 1;
    numbers[1] = 2;
    croft_cleanup(r, &numbers[0], note);
    if (way)
        return way;
    croft_cleanup(r, &numbers[1], note);
    return 0;
}

int main(void)
{
    CHECK(early(7) == 7 && count == 1 && log_of[0] == 1);
    CHECK(early(0) == 0 && count == 3 && log_of[1] == 2 && log_of[2] == 1);
    count = 0;

    croft_region r = croft_push_bounded(3 * 4 * sizeof(void *));
    int three = 3, four = 4;
    croft_registration first = croft_register_cleanup(r, &three, note);
    croft_registration second = croft_try_register_cleanup(r, &four, note);
    CHECK(second != CROFT_NULL);
    croft_run_cleanup(first);
    croft_run_cleanup(first);
    croft_cancel_cleanup(second);
    croft_run_cleanup(second);
    croft_run_cleanup(CROFT_NULL);
    CHECK(count == 1 && log_of[0] == 3);
    croft_cleanup(r, &four, note);
    CHECK(croft_try_register_cleanup(r, &four, note) == CROFT_NULL);
    CHECK(croft_try_register_cleanup(CROFT_NULL, &four, note) == CROFT_NULL);
    croft_reset(r);
    CHECK(count == 2 && log_of[1] == 4);
    CHECK(croft_pool_check() == CROFT_OK);
    croft_pop(r);
    CHECK(count == 2);

    croft_stats stats;
    croft_pool_stats(&stats);
    CHECK(stats.blocks_in_use == 0);
    return 0;
}
