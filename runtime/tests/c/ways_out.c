/* Every way out of a region, valid as C11 and as C++17. Exit status 0, or the number of the line that failed. */
#include <croft.h>

#include <setjmp.h>
#include <stdint.h>
#include <string.h>

CROFT_STATIC_POOL(8);

static size_t open_blocks(void)
{
    croft_stats stats;
    croft_pool_stats(&stats);
    return stats.blocks_in_use;
}

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

static int leave_by_return(int early)
{
    CROFT_REGION(outer);
    CROFT_SCOPE (inner) {
        if (early)
            return (int)open_blocks();
    }
    return (int)open_blocks();
}

static int leave_loops(void)
{
    int rounds = 0;
    for (int i = 0; i < 5; i++) {
        CROFT_REGION(r);
        CHECK(open_blocks() == 1);
        rounds++;
        if (i == 1)
            continue;
        if (i == 3)
            break;
        *CROFT_NEW(r, long) = rounds;
    }
    CHECK(open_blocks() == 0);
    CHECK(rounds == 4);

    /* A break or continue directly inside leaves the scope, not the loop around it. */
    int after = 0;
    for (int i = 0; i < 3; i++) {
        CROFT_SCOPE (r) {
            *CROFT_NEW(r, char) = 1;
            if (i == 0)
                break;
            if (i == 1)
                continue;
            after += 10;
        }
        CHECK(open_blocks() == 0);
        after++;
    }
    CHECK(after == 13);
    return 0;
}

static int leave_by_goto(void)
{
    int again = 1;
retry:
    CHECK(open_blocks() == 0);
    {
        CROFT_REGION(outer);
        CROFT_SCOPE_BOUNDED(inner, 64)
        {
            CHECK(open_blocks() == 2);
            CROFT_ARRAY(outer, double, 100)[99] = 1;
            if (again) {
                again = 0;
                goto retry;
            }
            CHECK(CROFT_TRY_ARRAY(inner, char, 64) != CROFT_NULL);
            CHECK(CROFT_TRY_NEW(inner, char) == CROFT_NULL);
            goto done;
        }
        return __LINE__;
    }
done:
    CHECK(open_blocks() == 0);
    return 0;
}

/* A size that no compiler can judge beforehand. */
static volatile size_t huge = SIZE_MAX;

typedef struct {
    char text[24];
    int number;
} record;

static int allocate(void)
{
    CROFT_REGION_BOUNDED(r, 4096);
    record *one = CROFT_NEW(r, record);
    CHECK((uintptr_t)one % CROFT_ALIGNOF(record) == 0);
    record *many = CROFT_ARRAY(r, record, 3);
    strcpy(many[2].text, "third");
    many[2].number = 3;
    CHECK((char *)many == (char *)one + (sizeof(record) + 7) / 8 * 8);
    CHECK((uintptr_t)croft_alloc(r, 1, 1024) % 1024 == 0);
    CHECK(CROFT_TRY_ARRAY(r, record, huge) == CROFT_NULL);
    CHECK(CROFT_TRY_ARRAY(r, char, 4097) == CROFT_NULL);
    croft_reset(r);
    CHECK(CROFT_NEW(r, record) == one);
    croft_keepalive(one);
    CHECK(croft_try_alloc(r, CROFT_BLOCK_PAYLOAD + 1, 8) == CROFT_NULL);
    CHECK(croft_try_alloc(r, 8, 2 * CROFT_MAX_ALIGN) == CROFT_NULL);

    croft_region plain = croft_push();
    memset(croft_alloc(plain, CROFT_BLOCK_PAYLOAD, CROFT_MAX_ALIGN), 1, CROFT_BLOCK_PAYLOAD);
    CHECK(open_blocks() == 2);
    croft_pop(plain);
    CHECK(open_blocks() == 1);
    return 0;
}

static jmp_buf refused;
static croft_exhaustion told;

static void leave_by_longjmp(const croft_exhaustion *what)
{
    told = *what;
    longjmp(refused, 1);
}

static int exhaust(void)
{
    CHECK(croft_set_exhaustion_handler(leave_by_longjmp) == CROFT_NULL);
    croft_region r = croft_push();
    croft_stats before, after;
    croft_pool_stats(&before);
    if (setjmp(refused) == 0) {
        croft_keepalive(croft_alloc(r, CROFT_MAX_SIZE + 1, 8));
        return __LINE__;
    }
    CHECK(told.reason == CROFT_EXHAUSTED_OVERSIZE && told.size == CROFT_MAX_SIZE + 1);
    if (setjmp(refused) == 0) {
        croft_keepalive(croft_alloc_array(r, huge, 8, 8));
        return __LINE__;
    }
    CHECK(told.reason == CROFT_EXHAUSTED_OVERFLOW && told.size == SIZE_MAX && told.align == 8);
    if (setjmp(refused) == 0) {
        croft_keepalive(croft_alloc(CROFT_NULL, 8, 8));
        return __LINE__;
    }
    CHECK(told.reason == CROFT_EXHAUSTED_NULL_REGION);
    CHECK(told.blocks_total == 8 && told.blocks_taken == 1);
    croft_pool_stats(&after);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    CHECK(croft_pool_check() == CROFT_OK);
    croft_pop(r);
    CHECK(croft_set_exhaustion_handler(CROFT_NULL) == leave_by_longjmp);
    return 0;
}

/* The annotations stand where the header says. */
CROFT_EFFECTS("put(arg0); return(arg0)") void *describe(croft_region r);
CROFT_EFFECTS("put(arg0); return(arg0)") void *describe(croft_region r)
{
    return croft_alloc(r, 8, 8);
}
CROFT_KERNEL CROFT_BOUNDED_PARAM(0) int kernel(croft_region r);
CROFT_KERNEL CROFT_BOUNDED_PARAM(0) int kernel(croft_region r)
{
    return describe(r) != CROFT_NULL;
}

int main(void)
{
    int line;
    CHECK(leave_by_return(0) == 1);
    CHECK(leave_by_return(1) == 2);
    CHECK(open_blocks() == 0);
    if ((line = leave_loops()) != 0 || (line = leave_by_goto()) != 0 || (line = allocate()) != 0 ||
        (line = exhaust()) != 0)
        return line;
    CROFT_SCOPE_BOUNDED(r, 8) CHECK(kernel(r));
    CHECK(open_blocks() == 0);
    return 0;
}
