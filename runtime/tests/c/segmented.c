/* Segmented arrays, valid as C11 and as C++17. Exit status 0, or the number of the line that failed. */
#include <croft.h>

#include <setjmp.h>
#include <stdint.h>

CROFT_STATIC_POOL(64);

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

struct pair {
    int key;
    double value;
};

CROFT_SEGMENTED(pairs, struct pair);
CROFT_SEGMENTED(names, const char *);
CROFT_SEGMENTED(bytes, char);

static int grows(void)
{
    CROFT_REGION_BOUNDED(r, 1 << 19);
    pairs all = CROFT_SEGMENTED_NEW(r, pairs);
    CHECK(CROFT_LENGTH(all) == 0);
    CHECK(CROFT_AT(all, 0) == CROFT_NULL);
    struct pair *first = CROFT_APPEND(r, all);
    first->key = 0;
    first->value = 0.5;
    for (int i = 1; i < 10000; i++) {
        struct pair *next = CROFT_APPEND(r, all);
        next->key = i;
        next->value = i + 0.5;
    }
    CHECK(CROFT_LENGTH(all) == 10000);
    CHECK(CROFT_AT(all, 0) == first);
    for (size_t i = 0; i < 10000; i++) {
        CHECK(CROFT_AT(all, i)->key == (int)i);
        CHECK((uintptr_t)CROFT_AT(all, i) % CROFT_ALIGNOF(struct pair) == 0);
    }
    size_t seen = 0;
    struct pair *chunk;
    for (size_t k = 0, n; (chunk = CROFT_CHUNK(all, k, &n)) != CROFT_NULL; k++)
        for (size_t i = 0; i < n; i++)
            CHECK(chunk[i].key == (int)seen++);
    CHECK(seen == 10000);
    CROFT_TRUNCATE(all, 1);
    CHECK(CROFT_LENGTH(all) == 1);
    CHECK(CROFT_AT(all, 1) == CROFT_NULL);
    CROFT_APPEND(r, all)->key = 7;
    CHECK(CROFT_AT(all, 1)->key == 7);
    return 0;
}

static int holds_pointers(void)
{
    CROFT_REGION(r);
    names all = CROFT_TRY_SEGMENTED_NEW(r, names);
    CHECK(all != CROFT_NULL);
    *CROFT_APPEND(r, all) = "one";
    *CROFT_APPEND(r, all) = "two";
    CHECK((*CROFT_AT(all, 1))[2] == 'o');
    return 0;
}

static croft_exhaustion told;
static jmp_buf back;

static void leave(const croft_exhaustion *what)
{
    told = *what;
    longjmp(back, 1);
}

static int try_everything(croft_region r)
{
    bytes all = CROFT_SEGMENTED_NEW(r, bytes);
    while (CROFT_TRY_APPEND(r, all) != CROFT_NULL)
        continue;
    CHECK(CROFT_LENGTH(all) > 1000);
    croft_set_exhaustion_handler(leave);
    if (setjmp(back) == 0)
        (void)CROFT_APPEND(r, all);
    CHECK(told.reason == CROFT_EXHAUSTED_POOL_EMPTY);
    CHECK(told.size == CROFT_BLOCK_PAYLOAD);
    return 0;
}

static int is_exhausted(void)
{
    croft_region outer = croft_push();
    croft_region r = croft_push();
    int line = try_everything(r);
    croft_pop(r);
    CHECK(line == 0);
    CHECK(croft_segmented_try_new(outer, CROFT_BLOCK_PAYLOAD + 1, 8) == CROFT_NULL);
    if (setjmp(back) == 0)
        croft_keepalive(croft_segmented_new(outer, CROFT_BLOCK_PAYLOAD + 1, 8));
    CHECK(told.reason == CROFT_EXHAUSTED_ELEMENT);
    if (setjmp(back) == 0)
        croft_keepalive(croft_segmented_new(outer, 8, 3));
    CHECK(told.reason == CROFT_EXHAUSTED_ALIGNMENT);
    if (setjmp(back) == 0)
        croft_keepalive(croft_segmented_new(CROFT_NULL, 8, 8));
    CHECK(told.reason == CROFT_EXHAUSTED_NULL_REGION);
    croft_segmented array = croft_segmented_new(outer, CROFT_BLOCK_PAYLOAD, 8);
    r = croft_push();
    if (setjmp(back) == 0)
        (void)croft_segmented_append(r, array);
    CHECK(told.reason == CROFT_EXHAUSTED_ARRAY_REGION);
    croft_pop(r);
    croft_set_exhaustion_handler(CROFT_NULL);
    croft_pop(outer);
    return 0;
}

int main(void)
{
    int line = grows();
    if (line == 0)
        line = holds_pointers();
    if (line == 0)
        line = is_exhausted();
    if (line == 0)
        line = croft_pool_check();
    return line;
}
