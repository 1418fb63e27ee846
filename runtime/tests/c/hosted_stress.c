/* Eight threads, 100,000 mixed operations each, through the C functions: on a shared context, on children of their own and on one
 * cache. Valid as C11 and as C++17; run plainly and under ThreadSanitizer. Exit status 0, or the number of the line that failed;
 * an argument is another number of operations. */
#define _DEFAULT_SOURCE
#include <croft_hosted.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

enum { THREADS = 8, PLACES = 64, HANDLES = 64, BUFFERS = 32 };

static croft_context shared;
static croft_cache *cache;
static unsigned char *places[PLACES]; /* pointers that threads hand to each other */
static long destroyed, opened;
static int operations = 100000;

static void destroy(void *object)
{
    if (*(uint64_t *)object != 0x6f626a656374u)
        abort();
    __atomic_fetch_add(&destroyed, 1, __ATOMIC_RELAXED);
}

struct worker {
    pthread_t thread;
    uint64_t random;
    int failed; /* the line */
    croft_handle handles[HANDLES];
    void *buffers[BUFFERS];
    size_t handle_count, buffer_count;
};

/* A linear congruential generator (Knuth's MMIX). */
static size_t below(struct worker *self, size_t limit)
{
    self->random = self->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(self->random >> 33) % limit;
}

/* Allocates, writes, and swaps with what another thread left; checks and frees that. */
static int exchange(struct worker *self)
{
    croft_request request = {1 + below(self, below(self, 20) == 0 ? 40000 : 500), 0, NULL, 0};
    void *fresh;
    CHECK(croft_context_alloc(shared, &request, &fresh) == CROFT_OK);
    memset(fresh, (int)(request.size & 255), request.size);
    unsigned char **place = &places[below(self, PLACES)];
    unsigned char *other = __atomic_exchange_n(place, (unsigned char *)fresh, __ATOMIC_ACQ_REL);
    if (other == NULL)
        return 0;
    croft_allocation info;
    CHECK(croft_context_info(shared, other, &info) == CROFT_OK);
    CHECK(other[0] == (info.size & 255) && other[info.size - 1] == (info.size & 255));
    CHECK(croft_context_free(shared, other) == CROFT_OK);
    return 0;
}

static int handle(struct worker *self)
{
    if (self->handle_count == HANDLES || (self->handle_count > 0 && below(self, 3) == 0)) {
        size_t at = below(self, self->handle_count);
        croft_handle closed = self->handles[at];
        self->handles[at] = self->handles[--self->handle_count];
        CHECK(croft_handle_close(closed) == CROFT_OK);
        CHECK(croft_handle_close(closed) == CROFT_STALE_HANDLE);
        return 0;
    }
    croft_handle *next = &self->handles[self->handle_count];
    if (self->handle_count > 0 && below(self, 2) == 0) {
        void *data;
        CHECK(croft_handle_dup(self->handles[self->handle_count - 1], next) == CROFT_OK);
        CHECK(croft_handle_data(*next, &data) == CROFT_OK);
    } else {
        croft_request request = {8 + below(self, 100), 0, "object", 1};
        void *object;
        CHECK(croft_context_alloc(shared, &request, &object) == CROFT_OK);
        *(uint64_t *)object = 0x6f626a656374u;
        __atomic_fetch_add(&opened, 1, __ATOMIC_RELAXED);
        CHECK(croft_handle_open(shared, object, destroy, "object", next) == CROFT_OK);
    }
    self->handle_count++;
    return 0;
}

static int buffer(struct worker *self)
{
    if (self->buffer_count < BUFFERS && below(self, 2) == 0) {
        void *fresh;
        int status = croft_cache_alloc(cache, (size_t)4096 << below(self, 4), 64, &fresh);
        CHECK(status == CROFT_OK || status == CROFT_LIMIT);
        if (status == CROFT_OK) {
            memset(fresh, 1, 64);
            self->buffers[self->buffer_count++] = fresh;
        }
    } else if (self->buffer_count > 0) {
        CHECK(croft_cache_free(cache, self->buffers[--self->buffer_count]) == CROFT_OK);
    }
    if (below(self, 50) == 0)
        croft_cache_trim_to(cache, 16384);
    if (croft_cache_charge(cache, 1000) == CROFT_OK)
        CHECK(croft_cache_uncharge(cache, 1000) == CROFT_OK);
    return 0;
}

static void nothing(void *object)
{
    (void)object;
}

static int nested(struct worker *self, croft_context own)
{
    croft_context_options options = {own, NULL, NULL};
    croft_context inner;
    CHECK(croft_context_create(&options, &inner) == CROFT_OK);
    croft_request request = {100, 0, NULL, 0};
    void *object;
    CHECK(croft_context_alloc(inner, &request, &object) == CROFT_OK);
    croft_cleanup_s cleanup;
    CHECK(croft_context_cleanup(inner, object, nothing, &cleanup) == CROFT_OK);
    if (below(self, 2) == 0)
        CHECK(croft_cleanup_run(cleanup) == CROFT_OK);
    CHECK(croft_context_destroy(inner) == CROFT_OK);
    CHECK(croft_cleanup_cancel(cleanup) == CROFT_INVALID_CONTEXT);
    if (below(self, 64) == 0)
        CHECK(croft_context_trim(shared) == CROFT_OK);
    return 0;
}

static int work(struct worker *self)
{
    croft_context_options options = {shared, NULL, NULL};
    croft_context own;
    CHECK(croft_context_create(&options, &own) == CROFT_OK);
    for (int i = 0; i < operations; i++) {
        size_t what = below(self, 12);
        int failed = what < 6 ? exchange(self) : what < 9 ? handle(self) : what < 11 ? buffer(self) : nested(self, own);
        if (failed)
            return failed;
    }
    while (self->buffer_count > 0)
        CHECK(croft_cache_free(cache, self->buffers[--self->buffer_count]) == CROFT_OK);
    /* Half of the handles stay open: the context ends their objects. */
    for (size_t i = 0; i < self->handle_count; i += 2)
        CHECK(croft_handle_close(self->handles[i]) == CROFT_OK);
    return 0;
}

static void *begin(void *argument)
{
    struct worker *self = (struct worker *)argument;
    self->failed = work(self);
    return NULL;
}

int main(int count, char **arguments)
{
    if (count > 1)
        operations = atoi(arguments[1]);
    CHECK(croft_context_create(NULL, &shared) == CROFT_OK);
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.limit = (size_t)1 << 20;
    CHECK(croft_cache_create(&options, &cache) == CROFT_OK);
    static struct worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i].random = (uint64_t)i * 0x9e3779b9u + 6;
        CHECK(pthread_create(&workers[i].thread, NULL, begin, &workers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(workers[i].thread, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        if (workers[i].failed)
            return workers[i].failed;
    croft_context_statistics_s statistics;
    CHECK(croft_context_statistics(shared, &statistics) == CROFT_OK);
    CHECK(statistics.live == statistics.allocations - statistics.frees);
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    CHECK(croft_context_destroy(shared) == CROFT_OK);
    CHECK(destroyed == opened);
    return 0;
}
