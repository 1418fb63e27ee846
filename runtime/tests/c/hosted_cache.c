/* Caching resources, valid as C11 and as C++17: reuse, limits, external charge, the ladder, shared and foreign memory. Exit
 * status 0, or the number of the line that failed. */
#define _DEFAULT_SOURCE
#include <croft_hosted.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

enum { MIB = 1 << 20 };

/* An upstream that counts what is out, and has no more than `most` bytes. */
struct device {
    size_t out, peak, most, calls, refused, destroyed;
};

static void *device_allocate(void *state, size_t bytes, size_t align)
{
    struct device *device = (struct device *)state;
    device->calls++;
    void *start;
    if (device->out + bytes > device->most || posix_memalign(&start, align, bytes) != 0) {
        device->refused++;
        return NULL;
    }
    memset(start, 0x55, bytes);
    device->out += bytes;
    if (device->out > device->peak)
        device->peak = device->out;
    return start;
}

static void device_deallocate(void *state, void *start, size_t bytes, size_t align)
{
    (void)align;
    ((struct device *)state)->out -= bytes;
    free(start);
}

static void device_destroy(void *state)
{
    ((struct device *)state)->destroyed++;
}

static croft_resource *open_device(struct device *device, size_t most)
{
    croft_resource_functions functions;
    memset(&functions, 0, sizeof functions);
    functions.allocate = device_allocate;
    functions.deallocate = device_deallocate;
    functions.destroy = device_destroy;
    memset(device, 0, sizeof *device);
    device->most = most;
    return croft_resource_create(&functions, device);
}

static int reuse(void)
{
    struct device device;
    croft_resource *upstream = open_device(&device, (size_t)-1);
    CHECK(upstream != NULL);
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = upstream;
    options.zero = 1;
    croft_cache *cache;
    CHECK(croft_cache_create(&options, &cache) == CROFT_OK);
    croft_resource_release(upstream);

    char *a, *b;
    CHECK(croft_cache_alloc(cache, MIB, 0, (void **)&a) == CROFT_OK);
    for (int i = 0; i < MIB; i++)
        CHECK(a[i] == 0);
    memset(a, 7, MIB);
    CHECK(croft_cache_free(cache, a + 1) == CROFT_INTERIOR);
    CHECK(croft_cache_free(cache, NULL) == CROFT_NULL_POINTER);
    CHECK(croft_cache_free(cache, &device) == CROFT_FOREIGN);
    CHECK(croft_cache_destroy(cache) == CROFT_BUSY);
    CHECK(croft_cache_free(cache, a) == CROFT_OK);
    CHECK(croft_cache_free(cache, a) == CROFT_FREED);
    /* The same buffer, without the upstream, and nothing of the last request in it. */
    CHECK(croft_cache_alloc(cache, MIB, 0, (void **)&b) == CROFT_OK);
    CHECK(a == b && device.calls == 1);
    for (int i = 0; i < MIB; i++)
        CHECK(b[i] == 0);
    /* By exact size: one byte more is another size. */
    CHECK(croft_cache_free(cache, b) == CROFT_OK);
    CHECK(croft_cache_alloc(cache, MIB + 1, 0, (void **)&a) == CROFT_OK);
    CHECK(device.calls == 2);
    croft_cache_statistics_s statistics;
    CHECK(croft_cache_statistics(cache, &statistics) == CROFT_OK);
    CHECK(statistics.live == 1 && statistics.live_bytes == MIB + 1);
    CHECK(statistics.cached == 1 && statistics.cached_bytes == MIB);
    CHECK(statistics.hits == 1 && statistics.misses == 2 && statistics.failures == 0);
    CHECK(statistics.peak_live_bytes == MIB + 1 && statistics.peak_bytes == 2 * MIB + 1);
    /* A trim touches no live buffer. */
    memset(a, 9, MIB + 1);
    CHECK(croft_cache_trim_to(cache, 0) == MIB);
    CHECK(device.out == MIB + 1 && a[0] == 9 && a[MIB] == 9);
    CHECK(croft_cache_trim_to(cache, 0) == 0);
    /* The old one is freed before the new one is allocated. */
    device.peak = 0;
    CHECK(croft_cache_resize(cache, a, 4 * MIB, (void **)&a) == CROFT_OK);
    CHECK(device.peak == 4 * MIB && device.out == 4 * MIB);
    CHECK(croft_cache_free(cache, a) == CROFT_OK);
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    CHECK(device.out == 0 && device.destroyed == 1);
    return 0;
}

/* The simulator's server: a cached 32-qubit buffer must not make a native request of the same size fail; a live one gives
 * a clean error. Scaled down: 16 bytes for each of 2^n amplitudes. */
static int two_modes(void)
{
    const size_t state = (size_t)16 << 20;
    struct device device;
    croft_resource *upstream = open_device(&device, (size_t)-1);
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = upstream;
    options.limit = state + state / 2;
    croft_cache *cache;
    CHECK(croft_cache_create(&options, &cache) == CROFT_OK);
    croft_resource_release(upstream);
    void *buffer;
    CHECK(croft_cache_alloc(cache, state, 0, &buffer) == CROFT_OK);
    CHECK(croft_cache_charge(cache, state) == CROFT_LIMIT);
    CHECK(device.out == state);
    CHECK(croft_cache_free(cache, buffer) == CROFT_OK);
    CHECK(device.out == state);
    CHECK(croft_cache_charge(cache, state) == CROFT_OK);
    CHECK(device.out == 0);
    CHECK(croft_cache_alloc(cache, state, 0, &buffer) == CROFT_LIMIT);
    CHECK(croft_cache_uncharge(cache, state + 1) == CROFT_ARGUMENT);
    CHECK(croft_cache_uncharge(cache, state) == CROFT_OK);
    CHECK(croft_cache_alloc(cache, state, 0, &buffer) == CROFT_OK);
    CHECK(croft_cache_free(cache, buffer) == CROFT_OK);
    croft_cache_statistics_s statistics;
    CHECK(croft_cache_statistics(cache, &statistics) == CROFT_OK);
    CHECK(statistics.external_bytes == 0 && statistics.failures == 2 && statistics.peak_bytes == state);
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    return 0;
}

struct helper {
    croft_cache *cache;
    void *held;
    int asked, answer;
};

static int help(size_t bytes, void *argument)
{
    struct helper *helper = (struct helper *)argument;
    helper->asked++;
    if (bytes == 0 || helper->held == NULL)
        return helper->answer;
    int done = croft_cache_free(helper->cache, helper->held) == CROFT_OK;
    helper->held = NULL;
    return done;
}

static int ladder(void)
{
    struct device device;
    croft_resource *upstream = open_device(&device, 4 * MIB);
    struct helper helper = {NULL, NULL, 0, 0};
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = upstream;
    options.out_of_memory = help;
    options.argument = &helper;
    CHECK(croft_cache_create(&options, &helper.cache) == CROFT_OK);
    croft_resource_release(upstream);
    void *buffers[4], *more;
    for (int i = 0; i < 4; i++)
        CHECK(croft_cache_alloc(helper.cache, MIB - i, 0, &buffers[i]) == CROFT_OK);
    for (int i = 0; i < 2; i++)
        CHECK(croft_cache_free(helper.cache, buffers[i]) == CROFT_OK);
    /* The first step helps: one cached buffer, the oldest, goes, and nobody is asked. */
    CHECK(croft_cache_alloc(helper.cache, MIB - 9, 0, &more) == CROFT_OK);
    CHECK(helper.asked == 0);
    croft_cache_statistics_s statistics;
    CHECK(croft_cache_statistics(helper.cache, &statistics) == CROFT_OK);
    CHECK(statistics.released == 1 && statistics.cached_bytes == MIB - 1);
    /* The second: all of them. Then the user, who frees a live one. */
    CHECK(croft_cache_free(helper.cache, more) == CROFT_OK);
    helper.held = buffers[2];
    CHECK(croft_cache_alloc(helper.cache, 3 * MIB, 0, &more) == CROFT_OK);
    CHECK(helper.asked == 1 && helper.held == NULL);
    /* Nothing helps. */
    CHECK(croft_cache_alloc(helper.cache, 3 * MIB, 0, &buffers[0]) == CROFT_OUT_OF_MEMORY);
    CHECK(helper.asked == 2);
    /* One that claims to help for ever is not believed for ever. */
    helper.answer = 1;
    CHECK(croft_cache_alloc(helper.cache, 3 * MIB, 0, &buffers[0]) == CROFT_OUT_OF_MEMORY);
    CHECK(helper.asked == 10);
    CHECK(croft_cache_statistics(helper.cache, &statistics) == CROFT_OK);
    CHECK(statistics.failures == 2 && statistics.live == 2);
    CHECK(croft_cache_free(helper.cache, more) == CROFT_OK);
    CHECK(croft_cache_free(helper.cache, buffers[3]) == CROFT_OK);
    CHECK(croft_cache_destroy(helper.cache) == CROFT_OK);
    CHECK(device.out == 0);
    return 0;
}

static int thresholds(void)
{
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.release_threshold = 3 * MIB;
    options.size_classes = 1;
    croft_cache *cache;
    CHECK(croft_cache_create(&options, &cache) == CROFT_OK);
    void *buffers[8];
    for (int i = 0; i < 8; i++)
        CHECK(croft_cache_alloc(cache, MIB - 1000 * i, 0, &buffers[i]) == CROFT_OK);
    for (int i = 0; i < 8; i++)
        CHECK(croft_cache_free(cache, buffers[i]) == CROFT_OK);
    croft_cache_statistics_s statistics;
    CHECK(croft_cache_statistics(cache, &statistics) == CROFT_OK);
    CHECK(statistics.cached == 3 && statistics.cached_bytes == 3 * MIB && statistics.released == 5);
    /* Any of the class serves, the newest first. */
    void *again;
    CHECK(croft_cache_alloc(cache, MIB - 50000, 0, &again) == CROFT_OK);
    CHECK(again == buffers[7]);
    CHECK(croft_cache_free(cache, again) == CROFT_OK);
    CHECK(croft_cache_alloc(cache, MIB, 3, &again) == CROFT_ARGUMENT);
    CHECK(croft_cache_alloc(cache, SIZE_MAX, 0, &again) == CROFT_ARGUMENT);
    CHECK(croft_cache_alloc(cache, 1, 0, NULL) == CROFT_NULL_POINTER);
    CHECK(croft_cache_alloc(NULL, 1, 0, &again) == CROFT_NULL_POINTER);
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    return 0;
}

/* Memory that the processor cannot reach, with a function of its own that zeroes; once at a wrong address. */
struct far_away {
    size_t next, end, zeroed, out;
    size_t shift;
};

static void *far_allocate(void *state, size_t bytes, size_t align)
{
    struct far_away *far_away = (struct far_away *)state;
    size_t at = (far_away->next + align - 1) & ~(align - 1);
    if (at + bytes + far_away->shift > far_away->end)
        return NULL;
    far_away->next = at + bytes + far_away->shift;
    far_away->out += bytes;
    return (void *)(at + far_away->shift);
}

static void far_deallocate(void *state, void *start, size_t bytes, size_t align)
{
    (void)start, (void)align;
    ((struct far_away *)state)->out -= bytes;
}

static void far_zero(void *state, void *start, size_t bytes)
{
    (void)start;
    ((struct far_away *)state)->zeroed += bytes;
}

static int device_memory(void)
{
    enum { ROOM = 64 * MIB };
    struct far_away far_away;
    memset(&far_away, 0, sizeof far_away);
    void *room = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    far_away.next = (size_t)room;
    far_away.end = far_away.next + ROOM;
    croft_resource_functions functions;
    memset(&functions, 0, sizeof functions);
    functions.allocate = far_allocate;
    functions.deallocate = far_deallocate;
    functions.zero = far_zero;
    croft_resource *resource = croft_resource_create(&functions, &far_away);
    CHECK(resource != NULL);
    croft_context_options over;
    memset(&over, 0, sizeof over);
    over.resource = resource;
    croft_context context;
    CHECK(croft_context_create(&over, &context) == CROFT_OK);
    static const size_t sizes[] = {1, 1000, 16384, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        croft_request request = {0, 0, NULL, 1};
        request.size = sizes[i];
        void *start, *moved;
        size_t zeroed = far_away.zeroed;
        CHECK(croft_context_alloc(context, &request, &start) == CROFT_OK);
        CHECK(far_away.zeroed == zeroed + sizes[i]);
        CHECK(croft_context_resize(context, start, 10, &moved) == CROFT_NOT_ADDRESSABLE);
        CHECK(croft_context_free(context, start) == CROFT_OK);
    }
    /* Eight bytes off: neither a context nor a cache takes that. */
    far_away.shift = 8;
    croft_request request = {100000, 0, NULL, 0};
    void *start;
    CHECK(croft_context_alloc(context, &request, &start) == CROFT_BAD_RESOURCE);
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = resource;
    croft_cache *cache;
    CHECK(croft_cache_create(&options, &cache) == CROFT_OK);
    CHECK(croft_cache_alloc(cache, 1000, 4096, &start) == CROFT_BAD_RESOURCE);
    CHECK(strstr(croft_status_text(CROFT_BAD_RESOURCE), "alignment") != NULL);
    CHECK(strstr(croft_status_text(CROFT_NOT_ADDRESSABLE), "reach") != NULL);
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    CHECK(croft_context_destroy(context) == CROFT_OK);
    CHECK(far_away.out == 0);
    croft_resource_release(resource);
    munmap(room, ROOM);
    return 0;
}

static int shared_memory(void)
{
    croft_resource *shared = croft_resource_shared("croft-test");
    CHECK(shared != NULL && croft_resource_shared("a/b") == NULL && croft_resource_shared(NULL) == NULL);
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = shared;
    croft_cache *cache;
    CHECK(croft_cache_create(&options, &cache) == CROFT_OK);
    char *mine, name[64];
    CHECK(croft_cache_alloc(cache, 100000, 0, (void **)&mine) == CROFT_OK);
    CHECK(croft_resource_shared_name(shared, mine, name, sizeof name) == CROFT_OK);
    CHECK(croft_resource_shared_name(shared, name, name, sizeof name) == CROFT_FOREIGN);
    CHECK(croft_resource_shared_name(shared, mine, name, 3) == CROFT_ARGUMENT);
    strcpy(mine, "seen by another");
    int file = shm_open(name, O_RDWR, 0);
    CHECK(file >= 0);
    char *theirs = (char *)mmap(NULL, 100000, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(theirs != MAP_FAILED && theirs != mine);
    CHECK(strcmp(theirs, "seen by another") == 0);
    munmap(theirs, 100000);
    close(file);
    CHECK(croft_cache_free(cache, mine) == CROFT_OK);
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    CHECK(shm_open(name, O_RDWR, 0) < 0);
    croft_resource_release(shared);
    return 0;
}

/* A context over a cache over a block pool: all memory is one static buffer. */
static int stacked(void)
{
    static char buffer[8 * MIB];
    croft_resource *blocks = croft_resource_blocks(buffer, sizeof buffer);
    CHECK(blocks != NULL && croft_resource_blocks(buffer, 100) == NULL && croft_resource_blocks(NULL, 0) == NULL);
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = blocks;
    croft_cache *cache;
    CHECK(croft_cache_create(&options, &cache) == CROFT_OK);
    croft_resource *cached = croft_cache_resource(cache);
    croft_context_options over;
    memset(&over, 0, sizeof over);
    over.resource = cached;
    croft_context context;
    CHECK(croft_context_create(&over, &context) == CROFT_OK);
    size_t count = 0;
    for (;;) {
        croft_request request = {1000 + count * 50 % 60000, 0, NULL, 0};
        char *out;
        int status = croft_context_alloc(context, &request, (void **)&out);
        if (status == CROFT_OUT_OF_MEMORY)
            break;
        CHECK(status == CROFT_OK);
        CHECK(out >= buffer && out + request.size <= buffer + sizeof buffer);
        memset(out, (int)count, request.size);
        count++;
    }
    CHECK(count > 100);
    CHECK(croft_context_destroy(context) == CROFT_OK);
    croft_cache_statistics_s statistics;
    CHECK(croft_cache_statistics(cache, &statistics) == CROFT_OK);
    CHECK(statistics.live == 0 && statistics.cached > 0);
    croft_resource_release(cached);
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    croft_resource_release(blocks);
    return 0;
}

static void *last;
static croft_cache *kept;

static void at_the_end(void *argument)
{
    if (croft_cache_free((croft_cache *)argument, last) != CROFT_OK)
        _exit(99);
}

/* Registered before the hook, so called after it: everything must be back by then. */
static struct device late;

static void look(void)
{
    if (late.out != 0 || late.calls != 2)
        _exit(98);
}

int main(void)
{
    int line;
    if ((line = reuse()) != 0 || (line = two_modes()) != 0 || (line = ladder()) != 0 || (line = thresholds()) != 0)
        return line;
    if ((line = device_memory()) != 0 || (line = shared_memory()) != 0 || (line = stacked()) != 0)
        return line;
    atexit(look);
    croft_resource *upstream = open_device(&late, (size_t)-1);
    croft_cache_options options;
    memset(&options, 0, sizeof options);
    options.upstream = upstream;
    CHECK(croft_cache_create(&options, &kept) == CROFT_OK);
    void *other;
    CHECK(croft_cache_alloc(kept, 1000, 0, &last) == CROFT_OK);
    CHECK(croft_cache_alloc(kept, 2000, 0, &other) == CROFT_OK);
    CHECK(croft_cache_free(kept, other) == CROFT_OK);
    CHECK(croft_cache_release_at_exit(kept, at_the_end, kept) == CROFT_OK);
    CHECK(late.out == 3000);
    return 0;
}
