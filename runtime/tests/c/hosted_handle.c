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
    CHECK(croft_context_destroy(vm) == CROFT_OK);
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "abort") == 0) {
        /* Without a hook: a message and an abort. */
        croft_context_debug debug = {2, 1 << 20, NULL, NULL};
        croft_context_options options = {0, NULL, &debug};
        croft_context vm;
        croft_handle handle;
        CHECK(croft_context_create(&options, &vm) == CROFT_OK && vector_new(vm, 1, &handle) == CROFT_OK);
        croft_handle_close(handle);
        croft_handle_close(handle);
        return 1;
    }
    int line;
    if ((line = extension()) != 0 || (line = million()) != 0)
        return line;
    if ((line = debugging()) != 0)
        return line;
    return every_misuse();
}
