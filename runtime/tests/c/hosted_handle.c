/* Handles, valid as C11 and as C++17, as an extension of a language VM uses them: a vector type whose data is C memory,
 * kept by handles, stored in containers, with finalizers; then debug mode. Exit status 0, or the number of the line that
 * failed. */
#define _DEFAULT_SOURCE
#include <croft_hosted.h>

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

/* ---------------------------------------------------------------------------- the extension */

struct vector {
    size_t length;
    double *items; /* the extension's own memory, outside of the context */
};

static size_t vectors_alive;

static void vector_destroy(void *object)
{
    free(((struct vector *)object)->items);
    vectors_alive--;
}

/* As an extension's constructor: a handle of a new object, or the status. */
static int vector_new(croft_context vm, size_t length, croft_handle *out)
{
    croft_request request = {sizeof(struct vector), 0, "vector", 1};
    struct vector *vector;
    int status = croft_context_alloc(vm, &request, (void **)&vector);
    if (status != CROFT_OK)
        return status;
    vector->length = length;
    vector->items = (double *)calloc(length, sizeof(double));
    if (vector->items == NULL) {
        croft_context_free(vm, vector);
        return CROFT_OUT_OF_MEMORY;
    }
    status = croft_handle_open(vm, vector, vector_destroy, "vector_new", out);
    if (status != CROFT_OK) {
        free(vector->items);
        croft_context_free(vm, vector);
        return status;
    }
    vectors_alive++;
    return CROFT_OK;
}

static int vector_add(croft_context vm, croft_handle left, croft_handle right, croft_handle *out)
{
    struct vector *a, *b, *sum;
    int status;
    if ((status = croft_handle_data(left, (void **)&a)) != CROFT_OK ||
        (status = croft_handle_data(right, (void **)&b)) != CROFT_OK)
        return status;
    if (a->length != b->length)
        return CROFT_ARGUMENT;
    if ((status = vector_new(vm, a->length, out)) != CROFT_OK ||
        (status = croft_handle_data(*out, (void **)&sum)) != CROFT_OK)
        return status;
    for (size_t i = 0; i < a->length; i++)
        sum->items[i] = a->items[i] + b->items[i];
    return CROFT_OK;
}

/* ----------------------------------------------------------------------------------- its use */

static int extension(void)
{
    croft_context vm;
    CHECK(croft_context_create(NULL, &vm) == CROFT_OK);
    croft_handle a, b, sum;
    CHECK(vector_new(vm, 3, &a) == CROFT_OK && vector_new(vm, 3, &b) == CROFT_OK);
    struct vector *data;
    CHECK(croft_handle_data(a, (void **)&data) == CROFT_OK);
    data->items[2] = 40;
    CHECK(croft_handle_data(b, (void **)&data) == CROFT_OK);
    data->items[2] = 2;
    CHECK(vector_add(vm, a, b, &sum) == CROFT_OK);
    CHECK(croft_handle_data(sum, (void **)&data) == CROFT_OK);
    CHECK(data->items[2] == 42);
    CHECK(vectors_alive == 3);

    /* Pinned: neither freed nor moved. */
    void *moved;
    CHECK(croft_context_free(vm, data) == CROFT_BUSY);
    CHECK(croft_context_resize(vm, data, 1000, &moved) == CROFT_BUSY);
    /* The only handle of an object that was never retained ends it. */
    CHECK(croft_handle_close(a) == CROFT_OK);
    CHECK(vectors_alive == 2);
    CHECK(croft_handle_close(a) == CROFT_STALE_HANDLE);
    CHECK(croft_handle_data(a, (void **)&data) == CROFT_STALE_HANDLE);
    CHECK(croft_handle_dup(a, &a) == CROFT_STALE_HANDLE);

    /* Stored in a container: it survives its handles. */
    void *stored;
    CHECK(croft_handle_data(b, &stored) == CROFT_OK);
    CHECK(croft_handle_retain(b) == CROFT_OK);
    CHECK(croft_handle_close(b) == CROFT_OK);
    CHECK(vectors_alive == 2);
    croft_allocation info;
    CHECK(croft_context_info(vm, stored, &info) == CROFT_OK && info.retained == 1 && info.handles == 0);
    CHECK(croft_handle_open(vm, stored, NULL, NULL, &b) == CROFT_OK);
    CHECK(croft_handle_open(vm, stored, free, NULL, &a) == CROFT_ARGUMENT);
    CHECK(croft_context_release(vm, stored) == CROFT_BUSY);
    CHECK(croft_handle_close(b) == CROFT_OK);
    CHECK(croft_context_release(vm, stored) == CROFT_OK);
    CHECK(vectors_alive == 1);
    CHECK(croft_context_release(vm, stored) == CROFT_FREED);

    /* dup makes many, which is sticky: the object waits for its context. */
    croft_handle twin;
    CHECK(croft_handle_dup(sum, &twin) == CROFT_OK);
    CHECK(croft_handle_close(sum) == CROFT_OK && croft_handle_data(twin, (void **)&data) == CROFT_OK);
    CHECK(data->items[2] == 42);
    CHECK(croft_handle_close(twin) == CROFT_OK);
    CHECK(vectors_alive == 1);
    /* An open one and a retained one die with the context. */
    CHECK(vector_new(vm, 5, &a) == CROFT_OK);
    CHECK(vectors_alive == 2);
    CHECK(croft_context_destroy(vm) == CROFT_OK);
    CHECK(vectors_alive == 0);
    CHECK(croft_handle_close(a) == CROFT_INVALID_CONTEXT);
    CHECK(croft_handle_close(twin) == CROFT_INVALID_CONTEXT);
    static const croft_handle none = {0, 0};
    CHECK(croft_handle_close(none) == CROFT_INVALID_CONTEXT);
    return 0;
}

/* A million pairs in constant memory; no name is valid twice. */
static int million(void)
{
    croft_context vm;
    CHECK(croft_context_create(NULL, &vm) == CROFT_OK);
    croft_handle first = {0, 0}, now;
    for (int i = 0; i < 1000000; i++) {
        croft_request request = {48, 0, NULL, 0};
        void *object;
        CHECK(croft_context_alloc(vm, &request, &object) == CROFT_OK);
        CHECK(croft_handle_open(vm, object, NULL, NULL, &now) == CROFT_OK);
        if (i == 0)
            first = now;
        else
            CHECK(croft_handle_close(first) == CROFT_STALE_HANDLE);
        CHECK(croft_handle_close(now) == CROFT_OK);
    }
    CHECK((uint32_t)now.name == (uint32_t)first.name);
    croft_context_statistics_s statistics;
    CHECK(croft_context_statistics(vm, &statistics) == CROFT_OK);
    CHECK(statistics.held_bytes == 65536 && statistics.live == 0 && statistics.handles == 0);
    CHECK(croft_context_destroy(vm) == CROFT_OK);
    return 0;
}

/* ------------------------------------------------------------------------------- debug mode */

static int misuses;
static croft_context_misuse latest;

static void misused(const croft_context_misuse *what, void *argument)
{
    latest = *what;
    ++*(int *)argument;
}

static size_t leaks;
static char leaked[32];

static void leak(croft_handle handle, void *start, const char *label, const char *backtrace, void *argument)
{
    (void)handle, (void)start, (void)argument;
    leaks++;
    if (label != NULL)
        strcpy(leaked, label);
    if (backtrace == NULL)
        leaks += 1000;
}

static sigjmp_buf back;

static void fault(int signal)
{
    (void)signal;
    siglongjmp(back, 1);
}

/* Whether a byte can be read. */
static int readable(const volatile char *byte)
{
    struct sigaction old, action;
    memset(&action, 0, sizeof action);
    action.sa_handler = fault;
    sigaction(SIGSEGV, &action, &old);
    volatile int answer = 0;
    if (sigsetjmp(back, 1) == 0) {
        (void)*byte;
        answer = 1;
    }
    sigaction(SIGSEGV, &old, NULL);
    return answer;
}

static int debugging(void)
{
    croft_context_debug debug = {2, 1 << 20, misused, &misuses};
    croft_context_options options = {0, NULL, &debug};
    croft_context vm;
    CHECK(croft_context_create(&options, &vm) == CROFT_OK);
    croft_handle early, late[3];
    CHECK(vector_new(vm, 1, &early) == CROFT_OK);
    uint64_t mark;
    CHECK(croft_handle_mark(vm, &mark) == CROFT_OK);
    for (int i = 0; i < 3; i++)
        CHECK(vector_new(vm, 1, &late[i]) == CROFT_OK);
    char *data;
    CHECK(croft_handle_data(late[1], (void **)&data) == CROFT_OK);
    CHECK(readable(data));
    CHECK(croft_handle_close(late[1]) == CROFT_OK);
    CHECK(croft_handle_leaks(vm, mark, leak, NULL) == CROFT_OK);
    CHECK(leaks == 2 && strcmp(leaked, "vector_new") == 0);
    CHECK(croft_handle_leaks(vm, 0, leak, NULL) == CROFT_OK);
    CHECK(leaks == 5);
    /* Closed data is protected as long as it is in quarantine: two objects here. */
    CHECK(!readable(data));
    CHECK(misuses == 0);
    CHECK(croft_handle_close(late[1]) == CROFT_STALE_HANDLE);
    CHECK(misuses == 1 && latest.status == CROFT_STALE_HANDLE && strcmp(latest.operation, "close") == 0);
    CHECK(latest.context == vm);
    CHECK(croft_context_free(vm, data) == CROFT_FREED);
    CHECK(misuses == 2 && latest.pointer == data);
    CHECK(croft_handle_data(late[0], (void **)&data) == CROFT_OK);
    CHECK(croft_context_free(vm, data) == CROFT_BUSY);
    CHECK(misuses == 3 && latest.status == CROFT_BUSY);
    for (int i = 0; i < 3; i += 2)
        CHECK(croft_handle_close(late[i]) == CROFT_OK);
    croft_context_statistics_s statistics;
    CHECK(croft_context_statistics(vm, &statistics) == CROFT_OK);
    CHECK(statistics.live == 1 && statistics.held_bytes == sizeof(struct vector));
    CHECK(croft_context_destroy(vm) == CROFT_OK);
    CHECK(vectors_alive == 0 && misuses == 3);
    return 0;
}

static void nothing(void *object)
{
    (void)object;
}

/* One misuse: the hook is told the operation, once, and the caller gets the same status. */
#define MISUSE(call, expected, name)                                                             \
    do {                                                                                         \
        int before = misuses;                                                                    \
        CHECK((call) == (expected));                                                             \
        CHECK(misuses == before + 1);                                                            \
        CHECK(latest.status == (expected) && latest.context == vm && strcmp(latest.operation, name) == 0); \
    } while (0)

static croft_context destroyed;

static void destroys(void *object)
{
    (void)object;
    if (destroyed != 0)
        croft_context_destroy(destroyed);
}

static int every_misuse(void)
{
    /* Bytes limit the quarantine, not their number: of two freed pages one is given back. */
    croft_context_debug debug = {100, 6000, misused, &misuses};
    croft_context_options options = {0, NULL, &debug};
    croft_context vm;
    CHECK(croft_context_create(&options, &vm) == CROFT_OK);
    croft_request request = {4000, 0, "page", 0}, wrong = {1, 3, NULL, 0};
    char *freed[2];
    for (int i = 0; i < 2; i++)
        CHECK(croft_context_alloc(vm, &request, (void **)&freed[i]) == CROFT_OK);
    for (int i = 0; i < 2; i++)
        CHECK(croft_context_free(vm, freed[i]) == CROFT_OK);
    unsigned char resident;
    CHECK(mincore(freed[0], 4096, &resident) != 0);
    CHECK(mincore(freed[1], 4096, &resident) == 0 && !readable(freed[1]));
    MISUSE(croft_context_free(vm, freed[1]), CROFT_FREED, "free");

    char *object;
    void *moved;
    croft_allocation info;
    croft_handle handle, other;
    CHECK(croft_context_alloc(vm, &request, (void **)&object) == CROFT_OK);
    CHECK(croft_handle_open(vm, object, NULL, NULL, &handle) == CROFT_OK);
    MISUSE(croft_context_alloc(vm, &wrong, &moved), CROFT_ARGUMENT, "alloc");
    MISUSE(croft_context_info(vm, object + 1, &info), CROFT_INTERIOR, "info");
    MISUSE(croft_context_info(vm, NULL, &info), CROFT_NULL_POINTER, "info");
    MISUSE(croft_context_resize(vm, object, 5000, &moved), CROFT_BUSY, "resize");
    MISUSE(croft_handle_open(vm, &info, NULL, NULL, &other), CROFT_FOREIGN, "open");
    MISUSE(croft_context_retain(vm, object + 8), CROFT_INTERIOR, "retain");
    CHECK(croft_handle_close(handle) == CROFT_OK);
    CHECK(!readable(object));
    MISUSE(croft_handle_close(handle), CROFT_STALE_HANDLE, "close");
    MISUSE(croft_handle_dup(handle, &other), CROFT_STALE_HANDLE, "dup");
    MISUSE(croft_handle_data(handle, &moved), CROFT_STALE_HANDLE, "data");
    MISUSE(croft_handle_retain(handle), CROFT_STALE_HANDLE, "retain");

    croft_cleanup_s cleanup;
    CHECK(croft_context_cleanup(vm, NULL, nothing, &cleanup) == CROFT_OK);
    CHECK(croft_cleanup_run(cleanup) == CROFT_OK);
    MISUSE(croft_cleanup_run(cleanup), CROFT_STALE_HANDLE, "run_cleanup");
    MISUSE(croft_cleanup_cancel(cleanup), CROFT_STALE_HANDLE, "cancel_cleanup");
    MISUSE(croft_context_alloc(vm, NULL, &moved), CROFT_NULL_POINTER, "alloc");
    MISUSE(croft_context_alloc(vm, &request, NULL), CROFT_NULL_POINTER, "alloc");
    MISUSE(croft_handle_open(vm, object, NULL, NULL, NULL), CROFT_NULL_POINTER, "open");
    MISUSE(croft_context_cleanup(vm, NULL, NULL, NULL), CROFT_NULL_POINTER, "cleanup");
    MISUSE(croft_context_list(vm, NULL, NULL), CROFT_NULL_POINTER, "list");

    /* What is known of the object and of the opener is told too. */
    CHECK(croft_context_alloc(vm, &request, (void **)&object) == CROFT_OK);
    CHECK(croft_handle_open(vm, object, NULL, "opener", &handle) == CROFT_OK);
    MISUSE(croft_context_free(vm, object), CROFT_BUSY, "free");
    CHECK(latest.pointer == object && latest.handle == 0 && strcmp(latest.label, "page") == 0);
    CHECK(croft_handle_close(handle) == CROFT_OK);
    MISUSE(croft_handle_close(handle), CROFT_STALE_HANDLE, "close");
    CHECK(latest.pointer == NULL && latest.handle == handle.name && strcmp(latest.label, "opener") == 0);
    /* Another handle in its slot is not what was closed. */
    CHECK(croft_context_alloc(vm, &request, (void **)&object) == CROFT_OK);
    CHECK(croft_handle_open(vm, object, destroys, "other", &other) == CROFT_OK);
    CHECK((uint32_t)other.name == (uint32_t)handle.name);
    MISUSE(croft_handle_close(handle), CROFT_STALE_HANDLE, "close");
    CHECK(latest.label == NULL);
    /* A destruction from within a destroy function. */
    destroyed = vm;
    int before_it = misuses;
    CHECK(croft_handle_close(other) == CROFT_OK && misuses == before_it + 1);
    CHECK(latest.status == CROFT_BUSY && latest.context == vm && strcmp(latest.operation, "destroy") == 0);
    destroyed = 0;
    CHECK(croft_context_destroy(vm) == CROFT_OK);
    return 0;
}

/* The last handle of a retained object is closed: the object is the context's, and stays readable; protected once released. */
static int retained_in_debug_mode(void)
{
    croft_context_debug debug = {3, 1 << 20, misused, &misuses};
    croft_context_options options = {0, NULL, &debug};
    croft_context vm;
    CHECK(croft_context_create(&options, &vm) == CROFT_OK);
    croft_request request = {100, 0, "kept", 1};
    char *object;
    croft_handle handle;
    CHECK(croft_context_alloc(vm, &request, (void **)&object) == CROFT_OK);
    CHECK(croft_handle_open(vm, object, NULL, NULL, &handle) == CROFT_OK);
    CHECK(croft_handle_retain(handle) == CROFT_OK && croft_handle_close(handle) == CROFT_OK);
    CHECK(readable(object));
    CHECK(croft_context_release(vm, object) == CROFT_OK);
    CHECK(!readable(object));
    /* The number limits the quarantine, not the bytes: of five freed pages the latest three are there. */
    char *freed[5];
    unsigned char resident;
    for (int i = 0; i < 5; i++)
        CHECK(croft_context_alloc(vm, &request, (void **)&freed[i]) == CROFT_OK);
    for (int i = 0; i < 5; i++)
        CHECK(croft_context_free(vm, freed[i]) == CROFT_OK);
    for (int i = 0; i < 5; i++)
        CHECK((mincore(freed[i], 4096, &resident) == 0) == (i >= 2));
    CHECK(croft_context_destroy(vm) == CROFT_OK);
    return 0;
}

#undef MISUSE
#define MISUSE(call, expected, name)                                             \
    do {                                                                         \
        int before = misuses;                                                    \
        CHECK((call) == (expected));                                             \
        CHECK(misuses == before + 1);                                            \
        CHECK(latest.status == (expected) && strcmp(latest.operation, name) == 0); \
    } while (0)

/* What no context in debug mode can report: the process is watched. */
static int watched(void)
{
    croft_context dead, vm;
    croft_request request = {8, 0, NULL, 0};
    croft_allocation info;
    croft_context_statistics_s statistics;
    croft_cleanup_s cleanup;
    croft_handle handle;
    void *object, *other;
    uint64_t mark;
    CHECK(croft_context_create(NULL, &dead) == CROFT_OK);
    CHECK(croft_context_alloc(dead, &request, &object) == CROFT_OK);
    CHECK(croft_handle_open(dead, object, NULL, NULL, &handle) == CROFT_OK);
    CHECK(croft_context_cleanup(dead, NULL, nothing, &cleanup) == CROFT_OK);
    CHECK(croft_context_destroy(dead) == CROFT_OK);
    int before_all = misuses;
    CHECK(croft_context_free(dead, object) == CROFT_INVALID_CONTEXT && misuses == before_all);
    croft_watch(1, misused, &misuses);
    MISUSE(croft_context_free(dead, object), CROFT_INVALID_CONTEXT, "free");
    CHECK(latest.context == dead && latest.pointer == object && latest.handle == 0);
    MISUSE(croft_handle_close(handle), CROFT_INVALID_CONTEXT, "close");
    CHECK(latest.context == dead && latest.pointer == NULL && latest.handle == handle.name);
    MISUSE(croft_handle_dup(handle, &handle), CROFT_INVALID_CONTEXT, "dup");
    MISUSE(croft_handle_data(handle, &other), CROFT_INVALID_CONTEXT, "data");
    MISUSE(croft_handle_retain(handle), CROFT_INVALID_CONTEXT, "retain");
    MISUSE(croft_context_alloc(dead, &request, &other), CROFT_INVALID_CONTEXT, "alloc");
    MISUSE(croft_context_info(dead, object, &info), CROFT_INVALID_CONTEXT, "info");
    MISUSE(croft_context_resize(dead, object, 9, &other), CROFT_INVALID_CONTEXT, "resize");
    MISUSE(croft_context_retain(dead, object), CROFT_INVALID_CONTEXT, "retain");
    MISUSE(croft_handle_open(dead, object, NULL, NULL, &handle), CROFT_INVALID_CONTEXT, "open");
    MISUSE(croft_handle_mark(dead, &mark), CROFT_INVALID_CONTEXT, "mark");
    MISUSE(croft_handle_leaks(dead, 0, leak, NULL), CROFT_INVALID_CONTEXT, "leaks");
    MISUSE(croft_context_statistics(dead, &statistics), CROFT_INVALID_CONTEXT, "statistics");
    MISUSE(croft_context_trim(dead), CROFT_INVALID_CONTEXT, "trim");
    MISUSE(croft_context_cleanup(dead, NULL, nothing, NULL), CROFT_INVALID_CONTEXT, "cleanup");
    MISUSE(croft_cleanup_run(cleanup), CROFT_INVALID_CONTEXT, "run_cleanup");
    MISUSE(croft_cleanup_cancel(cleanup), CROFT_INVALID_CONTEXT, "cancel_cleanup");
    MISUSE(croft_context_destroy(dead), CROFT_INVALID_CONTEXT, "destroy");
    croft_context_options below = {0, NULL, NULL};
    below.parent = dead;
    MISUSE(croft_context_create(&below, &vm), CROFT_INVALID_CONTEXT, "create");
    MISUSE(croft_context_create(NULL, NULL), CROFT_NULL_POINTER, "create");
    /* A context that is there, but not debugged. */
    CHECK(croft_context_create(NULL, &vm) == CROFT_OK);
    MISUSE(croft_context_free(vm, &vm), CROFT_FOREIGN, "free");
    MISUSE(croft_context_alloc(vm, NULL, &other), CROFT_NULL_POINTER, "alloc");
    CHECK(latest.context == vm);
    CHECK(croft_context_destroy(vm) == CROFT_OK);
    /* Caches. */
    croft_cache *cache;
    CHECK(croft_cache_create(NULL, &cache) == CROFT_OK && croft_cache_alloc(cache, 100, 0, &object) == CROFT_OK);
    MISUSE(croft_cache_create(NULL, NULL), CROFT_NULL_POINTER, "cache_create");
    MISUSE(croft_cache_destroy(cache), CROFT_BUSY, "cache_destroy");
    MISUSE(croft_cache_destroy(NULL), CROFT_NULL_POINTER, "cache_destroy");
    MISUSE(croft_cache_alloc(cache, 1, 3, &other), CROFT_ARGUMENT, "cache_alloc");
    MISUSE(croft_cache_alloc(NULL, 1, 0, &other), CROFT_NULL_POINTER, "cache_alloc");
    MISUSE(croft_cache_free(cache, (char *)object + 1), CROFT_INTERIOR, "cache_free");
    CHECK(latest.pointer == (char *)object + 1 && latest.context == 0);
    MISUSE(croft_cache_free(NULL, object), CROFT_NULL_POINTER, "cache_free");
    MISUSE(croft_cache_resize(cache, &cache, 1, &other), CROFT_FOREIGN, "cache_resize");
    MISUSE(croft_cache_resize(cache, object, 1, NULL), CROFT_NULL_POINTER, "cache_resize");
    MISUSE(croft_cache_uncharge(cache, 1), CROFT_ARGUMENT, "cache_uncharge");
    MISUSE(croft_cache_charge(NULL, 1), CROFT_NULL_POINTER, "cache_charge");
    MISUSE(croft_cache_uncharge(NULL, 1), CROFT_NULL_POINTER, "cache_uncharge");
    CHECK(croft_cache_free(cache, object) == CROFT_OK);
    MISUSE(croft_cache_free(cache, object), CROFT_FREED, "cache_free");
    CHECK(croft_cache_destroy(cache) == CROFT_OK);
    croft_watch(0, NULL, NULL);
    before_all = misuses;
    CHECK(croft_context_free(dead, object) == CROFT_INVALID_CONTEXT && misuses == before_all);
    return 0;
}

/* One misuse of each kind, which ends the process: the line it prints is the test's to compare. */
static int aborts(const char *kind)
{
    croft_context_debug debug = {2, 1 << 20, NULL, NULL};
    croft_context_options options = {0, NULL, &debug};
    croft_request request = {100, 0, "object", 0};
    croft_context vm;
    croft_handle handle;
    croft_cache *cache;
    void *object;
    CHECK(croft_context_create(&options, &vm) == CROFT_OK && croft_context_alloc(vm, &request, &object) == CROFT_OK);
    CHECK(croft_handle_open(vm, object, destroys, "opener", &handle) == CROFT_OK);
    CHECK(croft_cache_create(NULL, &cache) == CROFT_OK);
    croft_watch(1, NULL, NULL);
    destroyed = vm;
    if (strcmp(kind, "busy") == 0)
        croft_context_free(vm, object);
    if (strcmp(kind, "stale") == 0) {
        destroyed = 0;
        croft_watch(0, NULL, NULL);
        croft_handle_close(handle);
        croft_handle_close(handle);
    }
    if (strcmp(kind, "foreign") == 0)
        croft_context_free(vm, &vm);
    if (strcmp(kind, "null") == 0)
        croft_context_alloc(vm, NULL, &object);
    if (strcmp(kind, "destroy") == 0)
        croft_handle_close(handle);
    if (strcmp(kind, "dead") == 0) {
        destroyed = 0;
        croft_watch(0, NULL, NULL);
        croft_context_destroy(vm);
        croft_watch(1, NULL, NULL);
        croft_handle_close(handle);
    }
    if (strcmp(kind, "cache") == 0)
        croft_cache_free(cache, &cache);
    return 1;
}

int main(int count, char **arguments)
{
    if (count == 2)
        return aborts(arguments[1]);
    int line;
    if ((line = extension()) != 0 || (line = million()) != 0)
        return line;
    if ((line = debugging()) != 0)
        return line;
    if ((line = every_misuse()) != 0 || (line = retained_in_debug_mode()) != 0)
        return line;
    return watched();
}
