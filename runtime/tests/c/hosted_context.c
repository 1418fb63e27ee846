/* Contexts, valid as C11 and as C++17: every status, nesting, listings, cleanups. Exit status 0, or the number of the line
 * that failed. */
#define _DEFAULT_SOURCE
#include <croft_hosted.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

static void *get(croft_context context, size_t size)
{
    croft_request request = {0, 0, NULL, 0};
    void *out = NULL;
    request.size = size;
    return croft_context_alloc(context, &request, &out) == CROFT_OK ? out : NULL;
}

static void count(const croft_allocation *what, void *argument)
{
    size_t *sums = (size_t *)argument;
    sums[0]++;
    sums[1] += what->size;
    if (what->label != NULL && strcmp(what->label, "named") == 0)
        sums[2]++;
}

static int pointers(size_t size)
{
    croft_context one, two;
    CHECK(croft_context_create(NULL, &one) == CROFT_OK);
    CHECK(croft_context_create(NULL, &two) == CROFT_OK);
    char *mine = (char *)get(one, size), *theirs = (char *)get(two, size);
    CHECK(mine != NULL && theirs != NULL);
    memset(mine, 1, size);
    croft_allocation info;
    CHECK(croft_context_info(one, mine, &info) == CROFT_OK);
    CHECK(info.start == mine && info.size == size && info.align == 64 && info.label == NULL);
    CHECK(info.handles == 0 && info.retained == 0);

    CHECK(croft_context_info(one, NULL, &info) == CROFT_NULL_POINTER);
    CHECK(croft_context_free(one, NULL) == CROFT_NULL_POINTER);
    CHECK(croft_context_free(one, mine + 1) == CROFT_INTERIOR);
    CHECK(croft_context_free(one, mine + size - 1) == CROFT_INTERIOR);
    CHECK(croft_context_free(one, theirs) == CROFT_OTHER_CONTEXT);
    int local;
    char *heap = (char *)malloc(size);
    CHECK(heap != NULL);
    CHECK(croft_context_free(one, &local) == CROFT_FOREIGN);
    CHECK(croft_context_free(one, heap) == CROFT_FOREIGN);
    /* Addresses that no one can read: unmapped, the kernel's, the first and the last byte. */
    void *unmapped = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(unmapped != MAP_FAILED && munmap(unmapped, 65536) == 0);
    CHECK(croft_context_free(one, unmapped) == CROFT_FOREIGN);
    CHECK(croft_context_free(one, (void *)UINTPTR_MAX) == CROFT_FOREIGN);
    CHECK(croft_context_free(one, (void *)(UINTPTR_MAX / 2 + 1)) == CROFT_FOREIGN);
    CHECK(croft_context_free(one, (void *)1) == CROFT_FOREIGN);
    free(heap);

    CHECK(croft_context_free(one, mine) == CROFT_OK);
    CHECK(croft_context_free(one, mine) == CROFT_FREED);
    CHECK(croft_context_info(one, mine, &info) == CROFT_FREED);
    CHECK(croft_context_destroy(two) == CROFT_OK);
    CHECK(croft_context_free(two, theirs) == CROFT_INVALID_CONTEXT);
    CHECK(croft_context_free(one, theirs) == CROFT_FOREIGN);
    CHECK(croft_context_destroy(one) == CROFT_OK);
    return 0;
}

static int contexts(void)
{
    croft_context context;
    CHECK(croft_context_create(NULL, NULL) == CROFT_NULL_POINTER);
    CHECK(croft_context_create(NULL, &context) == CROFT_OK);
    CHECK(croft_context_exists(context) == 1 && croft_context_exists(0) == 0);
    CHECK((int64_t)context > 0);
    /* Numbers that never were contexts. */
    static const croft_context wrong[] = {0, 1, 0xffffffff, UINT64_MAX, (croft_context)1 << 32};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        void *out;
        croft_request request = {8, 0, NULL, 0};
        CHECK(croft_context_alloc(wrong[i], &request, &out) == CROFT_INVALID_CONTEXT);
        CHECK(croft_context_free(wrong[i], &out) == CROFT_INVALID_CONTEXT);
        CHECK(croft_context_info(wrong[i], &out, NULL) == CROFT_INVALID_CONTEXT);
        CHECK(croft_context_destroy(wrong[i]) == CROFT_INVALID_CONTEXT);
        croft_context_options below = {0, NULL, NULL};
        below.parent = wrong[i];
        croft_context made;
        CHECK(wrong[i] == 0 || croft_context_create(&below, &made) == CROFT_INVALID_CONTEXT);
    }

    croft_context_options below = {0, NULL, NULL};
    below.parent = context;
    croft_context child, grandchild;
    CHECK(croft_context_create(&below, &child) == CROFT_OK);
    below.parent = child;
    CHECK(croft_context_create(&below, &grandchild) == CROFT_OK);
    void *deep = get(grandchild, 100);
    CHECK(deep != NULL);
    CHECK(croft_context_info(context, deep, NULL) == CROFT_OTHER_CONTEXT);
    CHECK(croft_context_destroy(context) == CROFT_OK);
    CHECK(!croft_context_exists(child) && !croft_context_exists(grandchild));
    CHECK(croft_context_free(grandchild, deep) == CROFT_INVALID_CONTEXT);
    CHECK(croft_context_destroy(child) == CROFT_INVALID_CONTEXT);
    CHECK(strcmp(croft_status_text(CROFT_OK), "success") == 0);
    CHECK(strstr(croft_status_text(CROFT_INTERIOR), "start") != NULL);
    CHECK(croft_status_text(12345) != NULL);
    return 0;
}

static int requests(void)
{
    croft_context context;
    CHECK(croft_context_create(NULL, &context) == CROFT_OK);
    for (size_t align = 1; align <= (size_t)1 << 21; align *= 2)
        for (size_t size = 0; size <= 100000; size = size * 3 + 1) {
            croft_request request = {0, 0, "named", 1};
            request.size = size;
            request.align = align;
            void *out;
            CHECK(croft_context_alloc(context, &request, &out) == CROFT_OK);
            CHECK((uintptr_t)out % align == 0);
            for (size_t i = 0; i < size; i++)
                CHECK(((char *)out)[i] == 0);
            memset(out, 0xee, size);
            croft_allocation info;
            CHECK(croft_context_info(context, out, &info) == CROFT_OK);
            CHECK(info.align == align && info.size == size && strcmp(info.label, "named") == 0);
            if (align % 3 == 1)
                CHECK(croft_context_free(context, out) == CROFT_OK);
        }
    void *out = &out;
    croft_request bad = {8, 3, NULL, 0};
    CHECK(croft_context_alloc(context, &bad, &out) == CROFT_ARGUMENT);
    bad.align = 0;
    bad.size = SIZE_MAX;
    CHECK(croft_context_alloc(context, &bad, &out) == CROFT_ARGUMENT);
    CHECK(out == &out);
    CHECK(croft_context_alloc(context, NULL, &out) == CROFT_NULL_POINTER);
    CHECK(croft_context_alloc(context, &bad, NULL) == CROFT_NULL_POINTER);

    void *empty[100];
    for (int i = 0; i < 100; i++) {
        empty[i] = get(context, 0);
        CHECK(empty[i] != NULL);
        for (int j = 0; j < i; j++)
            CHECK(empty[j] != empty[i]);
    }
    for (int i = 0; i < 100; i++)
        CHECK(croft_context_free(context, empty[i]) == CROFT_OK);
    CHECK(croft_context_destroy(context) == CROFT_OK);
    return 0;
}

static int books(void)
{
    croft_context context;
    CHECK(croft_context_create(NULL, &context) == CROFT_OK);
    void *all[1000];
    for (size_t i = 0; i < 1000; i++) {
        croft_request request = {0, 0, NULL, 0};
        request.size = i * 37;
        request.label = i % 2 ? "named" : NULL;
        CHECK(croft_context_alloc(context, &request, &all[i]) == CROFT_OK);
    }
    size_t sums[3] = {0, 0, 0};
    CHECK(croft_context_list(context, count, sums) == CROFT_OK);
    CHECK(sums[0] == 1000 && sums[1] == 37 * 999 * 500 && sums[2] == 500);
    croft_context_statistics_s statistics;
    CHECK(croft_context_statistics(context, &statistics) == CROFT_OK);
    CHECK(statistics.live == 1000 && statistics.live_bytes == sums[1] && statistics.peak_bytes == sums[1]);
    CHECK(statistics.held_bytes >= sums[1]);
    for (size_t i = 0; i < 1000; i++)
        CHECK(croft_context_free(context, all[i]) == CROFT_OK);
    for (size_t i = 0; i < 1000; i++)
        CHECK(croft_context_free(context, all[i]) == CROFT_FREED);
    CHECK(croft_context_statistics(context, &statistics) == CROFT_OK);
    CHECK(statistics.live == 0 && statistics.live_bytes == 0 && statistics.peak_bytes == sums[1]);
    CHECK(statistics.allocations == 1000 && statistics.frees == 1000 && statistics.failures == 0);
    CHECK(croft_context_trim(context) == CROFT_OK);
    CHECK(croft_context_statistics(context, &statistics) == CROFT_OK);
    CHECK(statistics.held_bytes == 0);
    for (size_t i = 0; i < 1000; i++)
        CHECK(croft_context_free(context, all[i]) == CROFT_FREED);

    char *text = (char *)get(context, 6), *longer;
    memcpy(text, "croft", 6);
    CHECK(croft_context_resize(context, text, 50000, (void **)&longer) == CROFT_OK);
    CHECK(strcmp(longer, "croft") == 0);
    CHECK(croft_context_free(context, text) == CROFT_FREED);
    CHECK(croft_context_resize(context, longer + 1, 1, (void **)&text) == CROFT_INTERIOR);
    CHECK(croft_context_destroy(context) == CROFT_OK);
    return 0;
}

static char order[16];

static void note(void *object)
{
    strncat(order, (const char *)object, 1);
}

static int cleanups(void)
{
    croft_context context;
    croft_context_options below = {0, NULL, NULL};
    CHECK(croft_context_create(NULL, &context) == CROFT_OK);
    below.parent = context;
    croft_context child;
    CHECK(croft_context_create(&below, &child) == CROFT_OK);
    static char letters[] = "abcdef";
    croft_cleanup_s registered[6];
    for (int i = 0; i < 5; i++)
        CHECK(croft_context_cleanup(context, letters + i, note, &registered[i]) == CROFT_OK);
    CHECK(croft_context_cleanup(child, letters + 5, note, NULL) == CROFT_OK);
    CHECK(croft_context_cleanup(child, letters, NULL, NULL) == CROFT_NULL_POINTER);
    CHECK(croft_cleanup_run(registered[1]) == CROFT_OK);
    CHECK(strcmp(order, "b") == 0);
    CHECK(croft_cleanup_run(registered[1]) == CROFT_STALE_HANDLE);
    CHECK(croft_cleanup_cancel(registered[3]) == CROFT_OK);
    CHECK(croft_cleanup_cancel(registered[3]) == CROFT_STALE_HANDLE);
    CHECK(croft_context_destroy(context) == CROFT_OK);
    CHECK(strcmp(order, "bfeca") == 0);
    CHECK(croft_cleanup_run(registered[0]) == CROFT_INVALID_CONTEXT);
    return 0;
}

int main(void)
{
    static const size_t sizes[] = {2, 64, 100, 1000, 5000, 16384, 16385, 65536, 100000, 5000000};
    int line;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if ((line = pointers(sizes[i])) != 0)
            return line;
    if ((line = contexts()) != 0 || (line = requests()) != 0 || (line = books()) != 0)
        return line;
    return cleanups();
}
