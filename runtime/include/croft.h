/*
 * croft.h: region-based memory for real-time kernels, for C11 and C++17.
 *
 * A region owns everything that was allocated in it; ending the region ends all of it at once, in
 * constant time whatever it holds. Regions form a stack and the newest, the innermost, ends first.
 *
 *     #include <croft.h>
 *
 *     double norm(const double *x, size_t n)
 *     {
 *         CROFT_REGION(r);                          // ends on every way out of this block
 *         double *square = CROFT_ARRAY(r, double, n);
 *         ...
 *         return result;                            // r ends here
 *     }
 *
 * The functions carry the names of Croft's IR operations as their symbols ("croft.push" and so on). Compiled with
 * the Croft pass, calls are checked and turned into a few instructions; without it they call the runtime
 * library, out of line and unchecked. Symbols with a dot need an ELF target.
 *
 * Cost: every function of this header runs in O(1), without any loop whose trip count depends on data, on sizes
 * or on history, except where its comment says otherwise.
 *
 * Threads and interrupts: a region belongs to the thread or handler that opened it, which alone passes it to
 * the functions here; objects are memory like any other. What the pool is, the build says (docs/RUNTIME.md, "Contexts of execution"):
 *  - by default one pool for the program: one thread calls the functions marked [pool], and no handler that may
 *    interrupt it in one;
 *  - `croft build --threads`, libcroft_runtime_threads.a: a pool for each thread, so any thread may call any function;
 *    handlers of signals as above;
 *  - `croft build --interrupts`: handlers may call the functions marked [pool] too, whatever they interrupt.
 * Functions marked [any] may be called by every thread and handler at any time, in every build.
 *
 * Exhaustion: functions that cannot satisfy a request call the exhaustion handler, which never returns to them;
 * those named `try` return null instead and change nothing.
 */
#ifndef CROFT_H
#define CROFT_H

#include <stddef.h>

#if !defined(__GNUC__)
#error "croft.h needs the cleanup attribute and assembler labels of clang or gcc"
#endif

#if defined(__cplusplus)
#if __cplusplus < 201703L
#error "croft.h needs C++17"
#endif
#define CROFT_STATIC_ASSERT(condition, text) static_assert(condition, text)
#define CROFT_ALIGNOF(T) alignof(T)
#define CROFT_CAST(T, value) static_cast<T>(value)
#define CROFT_POINTER(T, value) reinterpret_cast<T>(value)
#define CROFT_NULL nullptr
#define CROFT_ONCE reinterpret_cast<croft_region *>(1)
#define CROFT_NOTHROW noexcept
#define CROFT_SYMBOL(name) noexcept __asm__(name)
extern "C" {
#else
#if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 201112L
#error "croft.h needs C11"
#endif
#define CROFT_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#define CROFT_ALIGNOF(T) _Alignof(T)
#define CROFT_CAST(T, value) ((T)(value))
#define CROFT_POINTER(T, value) ((T)(value))
#define CROFT_NULL NULL
#define CROFT_ONCE ((croft_region *)1)
#define CROFT_NOTHROW __attribute__((__nothrow__))
#define CROFT_SYMBOL(name) __asm__(name) __attribute__((__nothrow__))
#endif

/* Not __malloc__: a noalias result would let the compiler move an access to an object past the end of its region. */
#define CROFT_FRESH __attribute__((__warn_unused_result__))

/* ------------------------------------------------------------------------------------------- regions */

/* A region, open or ended. Opaque: the pass keeps the real descriptor in registers. */
typedef struct croft_region_s *croft_region;

/* Opens a region, now innermost. It takes one block at once; exhaustion if the pool has none. [pool] */
__attribute__((__returns_nonnull__, __warn_unused_result__))
croft_region croft_push(void) CROFT_SYMBOL("croft.push");

/*
 * Opens a region that hands out at most `bytes` bytes between two resets; past that is exhaustion. Sizes are
 * charged rounded up to 8, alignment padding is charged too, space left over at the end of a block is not.
 * The budget is a limit, no reservation. [pool]
 */
__attribute__((__returns_nonnull__, __warn_unused_result__))
croft_region croft_push_bounded(size_t bytes) CROFT_SYMBOL("croft.push.bounded");

/*
 * Ends the region, which must be the innermost one, and every object in it, after its cleanups. Neither this nor croft_reset looks for a
 * null region: it is read, at address 0. [pool]; by the thread or handler that opened the region.
 */
void croft_pop(croft_region r) CROFT_SYMBOL("croft.pop");

/*
 * Ends every object in the region; the region stays open, keeps one block warm, and its budget is renewed. [pool]; by the
 * thread or handler that opened the region.
 */
void croft_reset(croft_region r) CROFT_SYMBOL("croft.reset");

/* A use of the object or region at `p`, and nothing else: what it points to cannot have ended before. [any] */
void croft_keepalive(const void *p) CROFT_SYMBOL("croft.keepalive");

/* ---------------------------------------------------------------------------------------- allocation */

/*
 * Allocates `size` bytes, uninitialised, at an address that is a multiple of `align` (a power of two up to
 * CROFT_MAX_ALIGN). Never null. An object of size 0 may share its address with the next object. An object above
 * CROFT_BLOCK_PAYLOAD bytes lies in adjacent blocks of the pool. Requests above CROFT_MAX_SIZE bytes are refused.
 * Refusal calls the exhaustion handler. [pool]; by the thread or handler that opened the region, as all requests below.
 */
CROFT_FRESH __attribute__((__returns_nonnull__, __alloc_size__(2), __alloc_align__(3)))
void *croft_alloc(croft_region r, size_t size, size_t align) CROFT_SYMBOL("croft.alloc");

/* Allocates `count` adjacent elements of `size` bytes each. If count * size overflows, that is exhaustion. [pool] */
CROFT_FRESH __attribute__((__returns_nonnull__, __alloc_size__(2, 3), __alloc_align__(4)))
void *croft_alloc_array(croft_region r, size_t count, size_t size, size_t align)
    CROFT_SYMBOL("croft.alloc.array");

/* As croft_alloc, but null on exhaustion, with nothing changed. [pool] */
CROFT_FRESH __attribute__((__alloc_size__(2), __alloc_align__(3)))
void *croft_try_alloc(croft_region r, size_t size, size_t align) CROFT_SYMBOL("croft.try_alloc");

/* As croft_alloc_array, but null on exhaustion, with nothing changed. [pool] */
CROFT_FRESH __attribute__((__alloc_size__(2, 3), __alloc_align__(4)))
void *croft_try_alloc_array(croft_region r, size_t count, size_t size, size_t align)
    CROFT_SYMBOL("croft.try_alloc.array");

/*
 * The two operations below need the compiler pass: the runtime library has no such symbols, so a program
 * that calls them and was compiled without the pass does not link.
 */

/* Allocates in the region that region inference chooses. */
CROFT_FRESH __attribute__((__returns_nonnull__, __alloc_size__(1), __alloc_align__(2)))
void *croft_new(size_t size, size_t align) CROFT_SYMBOL("croft.new");

/* Allocates `count` adjacent elements of `size` bytes in the region that region inference chooses. */
CROFT_FRESH __attribute__((__returns_nonnull__, __alloc_size__(1, 2), __alloc_align__(3)))
void *croft_new_array(size_t count, size_t size, size_t align) CROFT_SYMBOL("croft.new.array");

/* ------------------------------------------------------------------------------------------ cleanups */

/*
 * A cleanup runs once: when its region ends or is reset, the newest first, or earlier. Every object of the region is whole
 * then. It must not unwind; it leaves the regions open that it finds, and does not allocate in, reset or end the one that is ending.
 * `object` has to live as long as the region, or until the cleanup has run or was cancelled.
 *
 *     CROFT_REGION(r);
 *     FILE *file = fopen(name, "r");
 *     if (file)
 *         croft_cleanup(r, file, close_file);       // closed on every way out
 *
 * A registration takes four words of its region, and is a request like any other: in a loop it needs a region of its own or a budget.
 * Registering, running early and cancelling are O(1). A pop or reset is O(1) as long as the region has no cleanup; others take
 * as long as the cleanups do.
 */
typedef struct croft_registration_s *croft_registration;

/* `fn(object)` runs when `r` ends or is reset. Exhaustion calls the exhaustion handler, and nothing is registered. [pool] */
void croft_cleanup(croft_region r, void *object, void (*fn)(void *)) CROFT_SYMBOL("croft.cleanup");

/* The same; what it returns is for the two functions below. Never null. [pool] */
__attribute__((__returns_nonnull__, __warn_unused_result__))
croft_registration croft_register_cleanup(croft_region r, void *object, void (*fn)(void *))
    CROFT_SYMBOL("croft.register_cleanup");

/* The same, but null on exhaustion, with nothing changed. [pool] */
__attribute__((__warn_unused_result__))
croft_registration croft_try_register_cleanup(croft_region r, void *object, void (*fn)(void *))
    CROFT_SYMBOL("croft.try_register_cleanup");

/*
 * Runs the cleanup now, or takes it back so that it never runs. Nothing happens if it has run or was cancelled, or is null. Until
 * the region ends or is reset; by the thread or handler that opened it. [any]
 */
void croft_run_cleanup(croft_registration cleanup) CROFT_SYMBOL("croft.run_cleanup");
void croft_cancel_cleanup(croft_registration cleanup) CROFT_SYMBOL("croft.cancel_cleanup");

/* ------------------------------------------------------------------------------------- typed requests */

/* One uninitialised T in region r. */
#define CROFT_NEW(r, T) CROFT_CAST(T *, croft_alloc((r), sizeof(T), CROFT_ALIGNOF(T)))
/* n adjacent uninitialised Ts in region r. */
#define CROFT_ARRAY(r, T, n) CROFT_CAST(T *, croft_alloc_array((r), (n), sizeof(T), CROFT_ALIGNOF(T)))
/* The same two, null on exhaustion. */
#define CROFT_TRY_NEW(r, T) CROFT_CAST(T *, croft_try_alloc((r), sizeof(T), CROFT_ALIGNOF(T)))
#define CROFT_TRY_ARRAY(r, T, n) CROFT_CAST(T *, croft_try_alloc_array((r), (n), sizeof(T), CROFT_ALIGNOF(T)))

/* ---------------------------------------------------------------------------------- segmented arrays */

/*
 * A growable array that never moves an element: the address of an element stays valid until the array's region ends.
 * Append, index, length, iteration and truncation run in O(1), without a loop. Use it for what grows and need not be contiguous; it
 * is contiguous by chunks only.
 *
 *     CROFT_SEGMENTED(samples, double);             // the type `samples`
 *
 *     CROFT_REGION_BOUNDED(r, 1 << 20);
 *     samples all = CROFT_SEGMENTED_NEW(r, samples);
 *     while (more())
 *         *CROFT_APPEND(r, all) = next();
 *     *CROFT_AT(all, 3) += 0.5;
 *     double *chunk;
 *     for (size_t k = 0, n; (chunk = CROFT_CHUNK(all, k, &n)) != NULL; k++)
 *         sum += add(chunk, n);                     // n contiguous elements
 *
 * An array lives in the region that it was made in and grows there: appends are given the same region. The first chunks double
 * from about CROFT_BLOCK_SIZE / 128 bytes to half a block, all others take a block each: up to 8,192 (with smaller blocks
 * CROFT_BLOCK_SIZE / 2), of the first 65,536 in the pool. What lies beyond that is refused, as is an element larger than
 * CROFT_BLOCK_PAYLOAD bytes or another region.
 */
typedef struct croft_segmented_s *croft_segmented;

/*
 * Makes an empty array for elements of `size` bytes. They follow one another without a gap; each chunk begins at a multiple of
 * `align`, so that is every element's alignment if `size` is a multiple of it. Never null. [pool]; by the thread or handler that opened the region,
 * as all functions of an array that it changes.
 */
CROFT_FRESH __attribute__((__returns_nonnull__))
croft_segmented croft_segmented_new(croft_region r, size_t size, size_t align) CROFT_NOTHROW;

/* As croft_segmented_new, but null on exhaustion, with nothing changed. [pool] */
CROFT_FRESH
croft_segmented croft_segmented_try_new(croft_region r, size_t size, size_t align) CROFT_NOTHROW;

/* Appends an element, uninitialised, and returns its address. `r` is the array's region. Never null. [pool] */
__attribute__((__returns_nonnull__))
void *croft_segmented_append(croft_region r, croft_segmented array) CROFT_NOTHROW;

/* As croft_segmented_append, but null on exhaustion, with nothing changed. [pool] */
CROFT_FRESH
void *croft_segmented_try_append(croft_region r, croft_segmented array) CROFT_NOTHROW;

/* The address of the element with this index; null past the end. [any] that may read the array. */
__attribute__((__pure__, __warn_unused_result__))
void *croft_segmented_at(croft_segmented array, size_t index) CROFT_NOTHROW;

/* The number of elements. [any] that may read the array. */
__attribute__((__pure__, __warn_unused_result__))
size_t croft_segmented_length(croft_segmented array) CROFT_NOTHROW;

/*
 * The address of the first element of chunk `number`, counted from 0, and in *count how many elements lie there one after the other; null
 * and 0 past the last chunk. [any] that may read the array.
 */
void *croft_segmented_chunk(croft_segmented array, size_t number, size_t *count) CROFT_NOTHROW;

/* Forgets the elements from `length` on; nothing if there are no more than that. Their memory serves later appends. */
void croft_segmented_truncate(croft_segmented array, size_t length) CROFT_NOTHROW;

/*
 * CROFT_SEGMENTED(name, T); declares `name`, the type of segmented arrays of Ts. The structure behind it only tells the
 * macros below the type of the elements; there is none in memory.
 */
#define CROFT_SEGMENTED(name, T) typedef struct croft_segmented_of_##name { T *element; } *name
#define CROFT_ELEMENT(array) __typeof__((array)->element)
#define CROFT_NO_ELEMENT(name) (*CROFT_CAST(name, CROFT_NULL)->element)
#define CROFT_UNTYPED(array) CROFT_POINTER(croft_segmented, (array))

/* An empty array of the type `name` in region r; null on exhaustion in the second form. */
#define CROFT_SEGMENTED_NEW(r, name) CROFT_POINTER(name, croft_segmented_new((r), CROFT_ELEMENT_OF(name)))
#define CROFT_TRY_SEGMENTED_NEW(r, name) CROFT_POINTER(name, croft_segmented_try_new((r), CROFT_ELEMENT_OF(name)))
#define CROFT_ELEMENT_OF(name) sizeof(CROFT_NO_ELEMENT(name)), CROFT_ALIGNOF(__typeof__(CROFT_NO_ELEMENT(name)))
/* A new, uninitialised element: *CROFT_APPEND(r, array) = value; and the same, null on exhaustion. */
#define CROFT_APPEND(r, array) CROFT_CAST(CROFT_ELEMENT(array), croft_segmented_append((r), CROFT_UNTYPED(array)))
#define CROFT_TRY_APPEND(r, array) \
    CROFT_CAST(CROFT_ELEMENT(array), croft_segmented_try_append((r), CROFT_UNTYPED(array)))
/* The address of an element, null past the end; the number of elements; a chunk; truncation. */
#define CROFT_AT(array, index) CROFT_CAST(CROFT_ELEMENT(array), croft_segmented_at(CROFT_UNTYPED(array), (index)))
#define CROFT_LENGTH(array) croft_segmented_length(CROFT_UNTYPED(array))
#define CROFT_CHUNK(array, number, count) \
    CROFT_CAST(CROFT_ELEMENT(array), croft_segmented_chunk(CROFT_UNTYPED(array), (number), (count)))
#define CROFT_TRUNCATE(array, length) croft_segmented_truncate(CROFT_UNTYPED(array), (length))

/* ---------------------------------------------------------------------------------------- scoped regions */

/*
 * What the cleanup attribute calls. Always inlined and without debug information of its own, so that the pop
 * stands in the user's function, at the user's line, even at -O0.
 */
#if defined(__clang__)
#define CROFT_INLINED static inline __attribute__((__always_inline__, __nodebug__))
#else
#define CROFT_INLINED static inline __attribute__((__always_inline__, __artificial__))
#endif

CROFT_INLINED void croft_region_end(croft_region *r)
{
    croft_pop(*r);
}

#define CROFT_ENDS __attribute__((__cleanup__(croft_region_end)))

/*
 * Declares `r`, a region that ends with the enclosing block on every way out of it: its end, return, break,
 * continue, goto, and in C++ an exception. (C code that C++ exceptions pass through needs -fexceptions;
 * longjmp ends nothing.)
 */
#define CROFT_REGION(r) croft_region r CROFT_ENDS = croft_push()
#define CROFT_REGION_BOUNDED(r, bytes) croft_region r CROFT_ENDS = croft_push_bounded(bytes)

/*
 * CROFT_SCOPE(r) { ... } runs the statement once with the region `r`, which ends on every way out.
 * It is a `for` that never iterates, so a `break` or `continue` directly inside leaves only the scope, not a loop
 * around it. `return` and `goto` leave as always.
 */
#define CROFT_SCOPE(r) CROFT_SCOPE_OF(r, croft_push())
#define CROFT_SCOPE_BOUNDED(r, bytes) CROFT_SCOPE_OF(r, croft_push_bounded(bytes))
/* The flag is a pointer because one declaration has one base type; a constant, so that no address of r is
 * taken beside the cleanup's. */
#define CROFT_SCOPE_OF(r, opened)                                                                             \
    for (croft_region r CROFT_ENDS = (opened), *croft_once_##r = CROFT_ONCE; croft_once_##r != CROFT_NULL;   \
         croft_once_##r = CROFT_NULL)

/* -------------------------------------------------------------------------------------- annotations */

/*
 * CROFT_EFFECTS("put(arg0); return(arg0)") states the effect summary of a function that the checker cannot see into.
 * CROFT_KERNEL marks a real-time kernel: no region may end in it, or in what it calls, with cleanups left (R0601).
 * CROFT_CLEANUPS(n) beside it allows n of them at each end.
 * CROFT_BOUNDED_PARAM(n): parameter n, counted from 0, receives only bounded regions.
 * All stand before a declaration or definition, speak to the pass, and are empty elsewhere.
 */
#if defined(__clang__)
#define CROFT_EFFECTS(text) __attribute__((__annotate__("croft.effects=" text)))
#define CROFT_KERNEL __attribute__((__annotate__("croft.kernel")))
#define CROFT_CLEANUPS(n) __attribute__((__annotate__("croft.cleanups=" #n)))
#define CROFT_BOUNDED_PARAM(n) __attribute__((__annotate__("croft.bounded=" #n)))
#else
#define CROFT_EFFECTS(text)
#define CROFT_KERNEL
#define CROFT_CLEANUPS(n)
#define CROFT_BOUNDED_PARAM(n)
#endif

/* ------------------------------------------------------------------------------------------ the pool */

/*
 * The unit in which regions take memory, in bytes; blocks are aligned to their size. A runtime that was built with
 * another size (environment variable CROFT_BLOCK_SIZE) wants -DCROFT_BLOCK_SIZE of the same value here.
 */
#ifndef CROFT_BLOCK_SIZE
#define CROFT_BLOCK_SIZE 16384
#endif
/* The largest object that lies in one block, in bytes; a larger one takes a run of adjacent blocks. */
#define CROFT_BLOCK_PAYLOAD (CROFT_BLOCK_SIZE - (sizeof(void *) == 8 ? 56 : 32))
/* The largest object, in bytes. */
#define CROFT_MAX_SIZE ((size_t)4902 * CROFT_BLOCK_SIZE - 1024)
/* The strictest alignment, in bytes. */
#define CROFT_MAX_ALIGN (CROFT_BLOCK_SIZE / 4)

CROFT_STATIC_ASSERT((CROFT_BLOCK_SIZE & (CROFT_BLOCK_SIZE - 1)) == 0, "the block size is a power of two");
CROFT_STATIC_ASSERT(CROFT_MAX_ALIGN < CROFT_BLOCK_SIZE, "an alignment fits into a block");
CROFT_STATIC_ASSERT(sizeof(size_t) == sizeof(void *), "sizes are as wide as addresses");

/* What croft_pool_init answers. */
enum {
    CROFT_OK = 0,
    CROFT_POOL_NULL = 1,      /* the buffer is null */
    CROFT_POOL_TOO_SMALL = 2, /* the buffer holds no whole block at a multiple of the block size */
    CROFT_POOL_BUSY = 3,      /* regions of the present pool are open */
    CROFT_POOL_TOO_HIGH = 4   /* the buffer ends within four blocks of the top of the address space */
};

/*
 * Makes `bytes` bytes at `buffer` the block pool; the contents do not matter and are not cleared. Every whole
 * aligned block is used, so an unaligned buffer loses up to one. The buffer stays the pool's until another call
 * replaces it. Returns CROFT_OK or the reason why nothing changed. [pool]; with a pool for each thread it is the calling
 * thread's, which has none before: requests are refused for CROFT_EXHAUSTED_NO_POOL.
 */
int croft_pool_init(void *buffer, size_t bytes) CROFT_NOTHROW;

/* The block size that the runtime was built with, in bytes; a constant. CROFT_STATIC_POOL compares it with the header's. */
extern const size_t croft_block_size;

/* Counters of the pool. */
typedef struct croft_stats {
    size_t blocks_total;  /* blocks in the pool */
    size_t blocks_in_use; /* blocks that open regions own, those of runs included */
    size_t blocks_peak;   /* the most taken at once since croft_pool_init: in use, or kept as free runs */
    size_t uses;          /* times since croft_pool_init that a region was opened while none was */
} croft_stats;

CROFT_STATIC_ASSERT(sizeof(croft_stats) == 4 * sizeof(size_t), "croft_stats has no padding");

/* Writes the counters to *out. Walks the free blocks, hence O(blocks). [pool]; one critical section, however long. */
void croft_pool_stats(croft_stats *out) CROFT_NOTHROW;

/*
 * Checks the pool's invariants: CROFT_OK, or a nonzero code naming the first that is broken. A test aid: walks the
 * free list, hence O(blocks). [pool]; one critical section, however long.
 */
int croft_pool_check(void) CROFT_NOTHROW;

/*
 * CROFT_STATIC_POOL(blocks); at file scope of one file gives the program a static pool of that many blocks, in
 * place before other constructors and before main. With a pool for each thread it is the main thread's.
 */
#define CROFT_STATIC_POOL(blocks)                                                                             \
    static unsigned char croft_static_pool[(size_t)(blocks) * CROFT_BLOCK_SIZE]                                \
        __attribute__((__aligned__(CROFT_BLOCK_SIZE)));                                                       \
    __attribute__((__constructor__(101), __used__)) static void croft_static_pool_init(void)                  \
    {                                                                                                         \
        if (croft_block_size != CROFT_BLOCK_SIZE ||                                                           \
            croft_pool_init(croft_static_pool, sizeof croft_static_pool) != CROFT_OK)                         \
            __builtin_trap();                                                                                 \
    }                                                                                                         \
    CROFT_STATIC_ASSERT((blocks) > 0, "a static pool has at least one block")

/* ---------------------------------------------------------------------------------------- exhaustion */

/* Why a request was refused. */
enum {
    CROFT_EXHAUSTED_POOL_EMPTY = 1,  /* the pool has no block for it, or no adjacent ones */
    CROFT_EXHAUSTED_BUDGET = 2,      /* the region's budget does not suffice */
    CROFT_EXHAUSTED_OVERSIZE = 3,    /* the object is larger than CROFT_MAX_SIZE */
    CROFT_EXHAUSTED_OVERFLOW = 4,    /* the size in bytes is not representable; `size` says SIZE_MAX */
    CROFT_EXHAUSTED_ALIGNMENT = 5,   /* 0 or above CROFT_MAX_ALIGN; in mode debug also no power of two */
    CROFT_EXHAUSTED_NULL_REGION = 6, /* the region is null */
    CROFT_EXHAUSTED_ELEMENT = 7,     /* an element of a segmented array is larger than CROFT_BLOCK_PAYLOAD */
    CROFT_EXHAUSTED_ARRAY_FULL = 8,  /* the segmented array has all the blocks that it can have */
    CROFT_EXHAUSTED_ARRAY_REACH = 9, /* the next block lies past the first 65,536 of the pool: no array can name it */
    CROFT_EXHAUSTED_ARRAY_REGION = 10,/* the segmented array lies in another region */
    CROFT_EXHAUSTED_NO_POOL = 11     /* a pool per thread: this thread has not called croft_pool_init */
};

/* What was asked for, why it was refused, and how full the pool was. */
typedef struct croft_exhaustion {
    int reason;           /* CROFT_EXHAUSTED_... */
    size_t size;          /* bytes asked for; 0 for an operation that has no size */
    size_t align;         /* alignment asked for, in bytes */
    size_t blocks_total;  /* blocks in the pool */
    size_t blocks_taken;  /* blocks taken since the pool was idle, given back or not */
} croft_exhaustion;

CROFT_STATIC_ASSERT(sizeof(croft_exhaustion) == 5 * sizeof(size_t), "croft_exhaustion is five words");
CROFT_STATIC_ASSERT(offsetof(croft_exhaustion, size) == sizeof(size_t), "the reason takes one word");

typedef void (*croft_exhaustion_handler)(const croft_exhaustion *what);

/*
 * Installs the handler and returns the one before it; null stands for the default. The handler may end the program
 * or longjmp, but must not throw; if it returns, the program aborts. At the time of the call nothing has changed
 * through the request that failed. The default writes one line to standard error and aborts.
 * [any]; one handler for all threads. It is called by the thread or handler that was refused, outside of critical sections.
 */
croft_exhaustion_handler croft_set_exhaustion_handler(croft_exhaustion_handler handler) CROFT_NOTHROW;

/* On bare metal (a runtime built without the feature `host`) the kernel defines this default itself. [any] */
__attribute__((__noreturn__)) void croft_exhausted(const croft_exhaustion *what) CROFT_NOTHROW;

/* ---------------------------------------------------------------------------------------- debug mode */

/* A place in the source, as code lowered in mode debug passes it. Texts are null where nothing is known. */
typedef struct croft_place {
    const char *file;     /* as the compiler was given it */
    const char *function;
    unsigned line;        /* counted from 1; 0 is unknown */
    unsigned column;
} croft_place;

/* What is wrong. */
enum {
    CROFT_MISUSE_ENDED_MEMORY = 1,     /* an access to memory that a pop or reset has ended */
    CROFT_MISUSE_NEVER_HANDED_OUT = 2, /* an access to memory of the pool that no region has handed out */
    CROFT_MISUSE_PAST_THE_END = 3,     /* an access past what the region has handed out */
    CROFT_MISUSE_ENDED_REGION = 4,     /* an operation on a region that has ended */
    CROFT_MISUSE_NO_REGION = 5,        /* an operation on something that is no region */
    CROFT_MISUSE_ORDER = 6,            /* a pop of a region that is not the innermost */
    CROFT_MISUSE_TOO_DEEP = 7,         /* more regions are open than debug mode can follow */
    CROFT_MISUSE_POOL_REPLACED = 8,    /* a new pool while regions own blocks of the one before */
    CROFT_MISUSE_NO_ROOM = 9,          /* the pool has more blocks than debug mode can follow */
    CROFT_MISUSE_NULL_REGION = 10,     /* a pop or reset of a null region */
    CROFT_MISUSE_OTHER_THREAD = 11,    /* a pool per thread: an operation on a region that another thread opened */
    CROFT_MISUSE_CLEANUP_STACK = 12    /* a cleanup left other regions open than it found */
};

/* What the program was about to do. */
enum {
    CROFT_DOING_OTHER = 0,
    CROFT_DOING_READ = 1,
    CROFT_DOING_WRITE = 2,
    CROFT_DOING_ALLOC = 3,
    CROFT_DOING_POP = 4,
    CROFT_DOING_RESET = 5
};

/* A misuse of regions that debug mode has found. Places are null where there is nothing to say. */
typedef struct croft_misuse {
    int kind;                     /* CROFT_MISUSE_... */
    int operation;                /* CROFT_DOING_... */
    size_t bytes;                 /* bytes about to be accessed */
    const croft_place *at;        /* where */
    const croft_place *opened;    /* where the region was opened */
    const croft_place *ended;     /* where it, or the memory, ended */
    const croft_place *innermost; /* where the innermost region was opened, for CROFT_MISUSE_ORDER */
    unsigned char by_reset;       /* memory was ended by a reset, not by a pop */
    unsigned char forgotten;      /* the end is too long ago to be remembered */
} croft_misuse;

CROFT_STATIC_ASSERT(sizeof(croft_place) == 2 * sizeof(void *) + 2 * sizeof(unsigned), "croft_place has no padding");
CROFT_STATIC_ASSERT(offsetof(croft_misuse, at) == 2 * sizeof(int) + sizeof(size_t), "croft_misuse begins so");
CROFT_STATIC_ASSERT(sizeof(croft_misuse) == 2 * sizeof(int) + 6 * sizeof(size_t), "croft_misuse ends so");

/*
 * On bare metal the kernel defines this, if it is lowered in debug mode: it is told of a misuse and does not return. On a
 * host debug mode writes a few lines to standard error and aborts.
 */
__attribute__((__noreturn__)) void croft_misused(const croft_misuse *what) CROFT_NOTHROW;

#if defined(__cplusplus)
}
#endif

#endif /* CROFT_H */
