/*
 * croft_hosted.h: hosted memory for the programs around kernels, for C11 and C++17 on 64-bit Linux: contexts, caching
 * resources, handles. docs/HOSTED.md is the guide. Link libcroft_runtime.a built with the feature `hosted`:
 *
 *     cargo rustc -p croft-runtime --release --features hosted --crate-type staticlib -- -C panic=abort --cfg croft_staticlib
 *     cc program.c -I runtime/include libcroft_runtime.a -lpthread -ldl -lm
 *
 * Every function that can fail returns a status, CROFT_OK (0) or why not; it has changed nothing then, unless its comment
 * says otherwise. Where an answer goes, a null pointer means that it is not wanted, except that where an object is made it
 * is refused (CROFT_NULL_POINTER).
 *
 * Threads: any thread may call any function at any time, but not from a signal handler. Callbacks are called without a
 * lock and may use everything here; they must not throw or longjmp. A forked child has whole copies of all contexts; a cache or
 * resource that another thread was inside of at the fork stays locked there.
 *
 * Cost: O(1) on average, whatever is live, except where said otherwise.
 */
#ifndef CROFT_HOSTED_H
#define CROFT_HOSTED_H

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------ statuses */

typedef enum croft_status {
    CROFT_OK = 0,
    CROFT_INVALID_CONTEXT = 1, /* the context was destroyed, or never was one */
    CROFT_NULL_POINTER = 2,
    CROFT_FOREIGN = 3,         /* the pointer was not handed out by this context or cache */
    CROFT_INTERIOR = 4,        /* it leads into an allocation, not to its start */
    CROFT_FREED = 5,           /* the allocation was freed before */
    CROFT_OTHER_CONTEXT = 6,   /* it is one of another context */
    CROFT_BUSY = 7,            /* pinned by an open handle, or a callback is running, or buffers are live */
    CROFT_ARGUMENT = 8,        /* an alignment that is no power of two, a size that is not representable, ... */
    CROFT_OUT_OF_MEMORY = 9,   /* the upstream resource refused, after everything that could help */
    CROFT_LIMIT = 10,          /* the limit of the cache does not allow it */
    CROFT_STALE_HANDLE = 11,   /* the handle was closed, the cleanup has run or was cancelled */
    CROFT_BAD_RESOURCE = 12,   /* the upstream resource supplied a wrong alignment or too few bytes */
    CROFT_NOT_ADDRESSABLE = 13 /* the processor cannot reach the memory, and would have to */
} croft_status;

/* One line of English; never null. Takes any number. */
const char *croft_status_text(int status);

/* ----------------------------------------------------------------------------------------- resources */

/* A reference to a memory resource: what supplies extents. Contexts and caches over it have references of their own. */
typedef struct croft_resource croft_resource;

/* A resource of the program's own: device memory, for example, which nothing here looks into. */
typedef struct croft_resource_functions {
    /* `bytes` bytes, at least 1, at a multiple of `align`, a power of two; or null, with nothing changed. What is at another
     * address is given back, and the request answered by CROFT_BAD_RESOURCE. */
    void *(*allocate)(void *state, size_t bytes, size_t align);
    /* Takes an extent back: once, with what it was asked for by. */
    void (*deallocate)(void *state, void *start, size_t bytes, size_t align);
    /* Fills bytes with zeros. Null: the processor can reach them, and does it. */
    void (*zero)(void *state, void *start, size_t bytes);
    /* Called once when nothing refers to the resource any more; may be null. */
    void (*destroy)(void *state);
    /* Whether extents come filled with zeros. */
    int is_zeroed;
} croft_resource_functions;

croft_resource *croft_resource_create(const croft_resource_functions *functions, void *state);

croft_resource *croft_resource_heap(void);   /* malloc, posix_memalign */
croft_resource *croft_resource_mapped(void); /* mmap: pages of its own for each extent */

/*
 * POSIX shared memory: each extent is an object "/PREFIX-PROCESS-NUMBER", unlinked when it is given back. Null if the prefix
 * has a slash. croft_resource_shared_name copies the name of an extent's object, for shm_open in another process.
 */
croft_resource *croft_resource_shared(const char *prefix);
int croft_resource_shared_name(const croft_resource *resource, const void *start, char *buffer, size_t bytes);

/* A block pool of its own over a buffer that lives until the process ends. Null if it has no whole block. */
croft_resource *croft_resource_blocks(void *buffer, size_t bytes);

/* Gives a reference up. */
void croft_resource_release(croft_resource *resource);

/* ------------------------------------------------------------------------------------------ contexts */

/* The name of a context. 0 never is one; any number may be passed. Positive as an int64_t. */
typedef uint64_t croft_context;

/* A misuse, told to the hook of debug mode. */
typedef struct croft_context_misuse {
    int status;
    const char *operation; /* "free", "close", ... */
    croft_context context;
    const void *pointer;   /* null for operations on handles */
    uint64_t handle;       /* the handle's name; 0 for operations on pointers */
    const char *label;     /* of the allocation, or of who opened the handle, if known; else null */
} croft_context_misuse;

/*
 * Debug mode: every allocation gets pages of its own from the system; what is freed is kept back, its pages protected,
 * within these limits; each misuse is told to the hook, or printed as one line and followed by abort() if there is none.
 */
typedef struct croft_context_debug {
    size_t quarantine_count; /* freed allocations kept back at most */
    size_t quarantine_bytes; /* and their bytes */
    void (*hook)(const croft_context_misuse *what, void *argument);
    void *argument;
} croft_context_debug;

/*
 * Watches the process, if `on` is not 0: what no context in debug mode reports is told to this hook, or printed as one line and
 * followed by abort() if it is null. Misuse of contexts that are gone, or not debugged; null pointers in place of requests and
 * contexts; misuse of caches (operations "cache_free", ...; `context` is 0 then). At first nobody watches. The hook may be
 * called from any thread until it is replaced and its calls have returned.
 */
void croft_watch(int on, void (*hook)(const croft_context_misuse *what, void *argument), void *argument);

/* Zeros are the defaults. */
typedef struct croft_context_options {
    croft_context parent;             /* the context dies with it; 0 for none */
    const croft_resource *resource;   /* null: the parent's, else the heap */
    const croft_context_debug *debug; /* null: the parent's if its resource is used too, else off. CROFT_ARGUMENT together
                                         with a resource: debug mode takes pages from the system */
} croft_context_options;

/* Makes a context. `options` may be null. */
int croft_context_create(const croft_context_options *options, croft_context *out);

/*
 * Ends a context and all below it: cleanups and destroy functions run, the newest first, children before their parents; then
 * all memory goes back; where another thread zeroes or copies memory within a call, when that call is done. CROFT_INVALID_CONTEXT,
 * or CROFT_BUSY while a destroy function or cleanup of one of them runs, and from within one. To other threads the contexts are
 * gone at once; what runs at their end may still use them: close handles, allocate, free, register more. O(what they hold).
 */
int croft_context_destroy(croft_context context);

/* 1 if there is such a context now, else 0. */
int croft_context_exists(croft_context context);

typedef struct croft_request {
    size_t size;       /* bytes; 0 is an allocation too, with an address of its own */
    size_t align;      /* a power of two; 0 is 64 */
    const char *label; /* for listings and reports; kept by address, so a string literal; may be null */
    int zero;          /* whether the bytes are to be 0 */
} croft_request;

/* Allocates. */
int croft_context_alloc(croft_context context, const croft_request *request, void **out);

/*
 * Frees. What is wrong with the pointer is found out without following it: CROFT_NULL_POINTER, CROFT_FOREIGN,
 * CROFT_INTERIOR, CROFT_FREED (until the memory is used for something else), CROFT_OTHER_CONTEXT. CROFT_BUSY while a handle
 * is open. A retained object's destroy function runs first.
 */
int croft_context_free(croft_context context, void *pointer);

/*
 * Moves an allocation into one of another size, contents included. CROFT_BUSY for one that is pinned or retained;
 * CROFT_NOT_ADDRESSABLE if the processor cannot copy it (a resource with a `zero` of its own).
 */
int croft_context_resize(croft_context context, void *pointer, size_t size, void **out);

typedef struct croft_allocation {
    void *start;
    size_t size;       /* as asked for */
    size_t align;
    const char *label;
    uint32_t handles;  /* open ones */
    int retained;
} croft_allocation;

/* What is known of a live allocation; the statuses are those of croft_context_free. */
int croft_context_info(croft_context context, const void *pointer, croft_allocation *out);

/* Calls `each` for every allocation that is live at the call. O(live). */
int croft_context_list(croft_context context, void (*each)(const croft_allocation *what, void *argument), void *argument);

typedef struct croft_context_statistics_s {
    size_t live;          /* allocations */
    size_t live_bytes;    /* asked for */
    size_t peak_bytes;    /* the most of these at once */
    size_t held_bytes;    /* that the resource has supplied and not got back */
    uint64_t allocations; /* ever made */
    uint64_t frees;
    uint64_t failures;    /* refused for want of memory */
    size_t handles;       /* open ones */
} croft_context_statistics_s;

/* O(spans), of 64 KiB each. */
int croft_context_statistics(croft_context context, croft_context_statistics_s *out);

/* Gives memory without live allocations back to the resource. O(what the context holds). */
int croft_context_trim(croft_context context);

/* A registered cleanup. The one of zeros never is. */
typedef struct croft_cleanup_s {
    croft_context context;
    uint32_t slot, generation;
} croft_cleanup_s;

/* Registers function(object) for the end of the context: newest first, once. */
int croft_context_cleanup(croft_context context, void *object, void (*function)(void *object), croft_cleanup_s *out);

int croft_cleanup_run(croft_cleanup_s cleanup);    /* now instead; CROFT_STALE_HANDLE if it has run or was cancelled */
int croft_cleanup_cancel(croft_cleanup_s cleanup); /* never */

/* ------------------------------------------------------------------------------------------- handles */

/* A handle, passed by value. The one of zeros is never open. No name is used twice. */
typedef struct croft_handle {
    croft_context context;
    uint64_t name;
} croft_handle;

/*
 * Opens a handle of the object at `pointer`, an allocation of the context. While a handle is open the object is pinned:
 * freeing or moving it is CROFT_BUSY. `destroy`, which may be null, is called once, with the pointer, when the object dies;
 * an object that has one already takes the same or none (else CROFT_ARGUMENT). The label is kept by address.
 */
int croft_handle_open(croft_context context, void *pointer, void (*destroy)(void *object), const char *label,
                      croft_handle *out);

/* Another handle of the same object, which stays from now on when its last handle is closed. */
int croft_handle_dup(croft_handle handle, croft_handle *out);

/* The object; valid until the handle is closed. */
int croft_handle_data(croft_handle handle, void **out);

/*
 * The object stays from now on when its last handle is closed: it dies by croft_context_free, or with its context. This is not
 * counted: after retain, retain one release frees it.
 */
int croft_handle_retain(croft_handle handle);
int croft_context_retain(croft_context context, const void *pointer);

/* The owner's explicit end of a retained object, however often it was retained: croft_context_free by another name. */
static inline int croft_context_release(croft_context context, void *pointer)
{
    return croft_context_free(context, pointer);
}

/* Closes a handle. The only one of an object that was never retained ends the object at once. */
int croft_handle_close(croft_handle handle);

/*
 * A mark, and the handles opened since one, 0 for all, and still open, the oldest marks first. `backtrace` is of the opener,
 * in debug mode; null otherwise.
 */
int croft_handle_mark(croft_context context, uint64_t *out);
int croft_handle_leaks(croft_context context, uint64_t since,
                       void (*each)(croft_handle handle, void *start, const char *label, const char *backtrace,
                                    void *argument),
                       void *argument);

/* -------------------------------------------------------------------------------------------- caches */

/* A caching resource. */
typedef struct croft_cache croft_cache;

/* Zeros are the defaults. */
typedef struct croft_cache_options {
    const croft_resource *upstream; /* null: the heap */
    size_t limit;                   /* bytes live, cached and external together at most; 0: none */
    size_t release_threshold;       /* cached bytes at most after a free; 0: all stay */
    int size_classes;               /* reuse by size class, four for each power of two; 0: by exact size */
    int zero;                       /* every buffer handed out is zero: no data crosses requests */
    /* Asked when neither the upstream nor giving up all cached buffers helps: nonzero if something was freed. */
    int (*out_of_memory)(size_t bytes, void *argument);
    void *argument;
} croft_cache_options;

/* Makes a cache. `options` may be null. */
int croft_cache_create(const croft_cache_options *options, croft_cache **out);

/* Ends a cache and gives everything back; CROFT_BUSY while buffers are live. The pointer is invalid afterwards. */
int croft_cache_destroy(croft_cache *cache);

/* A buffer; an alignment of 0 is 64. CROFT_LIMIT, CROFT_OUT_OF_MEMORY. O(log n) in the number of buffers, as the next three. */
int croft_cache_alloc(croft_cache *cache, size_t size, size_t align, void **out);

/* Takes a buffer back and keeps it. CROFT_NULL_POINTER, CROFT_FOREIGN, CROFT_INTERIOR, CROFT_FREED while it is cached. */
int croft_cache_free(croft_cache *cache, void *pointer);

/*
 * Exchanges a buffer for one of another size; contents are not kept. The old one is freed before the new one is allocated,
 * and is gone also if that fails.
 */
int croft_cache_resize(croft_cache *cache, void *pointer, size_t size, void **out);

/* Counts memory allocated elsewhere against the limit; cached buffers give way to it. CROFT_LIMIT: nothing is charged. */
int croft_cache_charge(croft_cache *cache, size_t bytes);
int croft_cache_uncharge(croft_cache *cache, size_t bytes);

/* Gives cached buffers back, the oldest first, until `keep` cached bytes are left; returns the bytes. Never a live one. */
size_t croft_cache_trim_to(croft_cache *cache, size_t keep);

typedef struct croft_cache_statistics_s {
    size_t live, live_bytes;
    size_t cached, cached_bytes;
    size_t external_bytes;
    size_t peak_live_bytes; /* the most live at once */
    size_t peak_bytes;      /* the most live, cached and external at once */
    uint64_t hits, misses;
    uint64_t released;      /* cached buffers given back */
    uint64_t failures;      /* requests and charges refused */
} croft_cache_statistics_s;

int croft_cache_statistics(croft_cache *cache, croft_cache_statistics_s *out);

/*
 * At exit() of the process that calls this, not of a child that it forks: calls the hook, which may be null, and gives all
 * cached buffers back.
 */
int croft_cache_release_at_exit(croft_cache *cache, void (*hook)(void *argument), void *argument);

/* The cache as a resource, for contexts: a new reference. */
croft_resource *croft_cache_resource(croft_cache *cache);

#if defined(__cplusplus)
}
#endif

#endif /* CROFT_HOSTED_H */
