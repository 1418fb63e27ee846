/*
 * The region operations over malloc and free: the oracle of the differential tests.
 *
 * A kernel linked with this file instead of Croft's runtime must print the same. Every object is a malloc of its own, of
 * exactly the size asked for, so that AddressSanitizer and Valgrind see each access that leaves its object or comes
 * after the region's end. Objects are filled with junk at birth and at death.
 *
 * A request is accepted or refused, and for the same reason, as Croft's out-of-line runtime would, except that the pool is never
 * empty. For that each region follows the frontier it would have: `Region.used` is the distance of the frontier from the
 * start of its newest block, `Region.limit` that of the limit.
 *
 * Misuse that the checker rules out (a pop of a region that is not innermost, a reset of one that has ended) ends the program.
 * Regions still open when the program ends are none: `exit` may be called anywhere. Cost: O(objects) per pop and reset.
 * Not thread-safe.
 */
#include <croft.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The layout of runtime/src/layout.rs, as far as budgets and refusals show it. */
enum {
    MIN_ALIGN = 8,                    /* sizes are rounded up to it, objects start at a multiple */
    PAYLOAD = CROFT_BLOCK_PAYLOAD,    /* what the first block of a region with a budget hands out at most */
    HOME = PAYLOAD + MIN_ALIGN        /* and any other block */
};

enum {
    BIRTH = 0xA5, /* what an object consists of before its first write */
    DEATH = 0xCD  /* and after its region's end */
};

/* One object. Kept apart from the object's memory so that writes in front of or behind it hit no bookkeeping. */
typedef struct Object Object;
struct Object {
    Object *older;
    void *memory;
    size_t size;
};

/* What croft_region points to. */
struct croft_region_s {
    croft_region below; /* the region around this one, null for the outermost */
    Object *newest;
    croft_registration cleanups; /* the newest cleanup */
    size_t budget; /* bytes between two resets, SIZE_MAX if there is no limit */
    size_t left;   /* bytes of the budget that were left when the newest block was entered */
    size_t used;   /* offset of the frontier */
    size_t limit;  /* offset past which the newest block hands out nothing */
};

static croft_region innermost;
static croft_exhaustion_handler handler;

/* ------------------------------------------------------------------------------------------ failures */

static _Noreturn void misuse(const char *what)
{
    fflush(stdout);
    fprintf(stderr, "malloc_runtime: %s\n", what);
    abort();
}

static const char *reason_text(int reason)
{
    switch (reason) {
    case CROFT_EXHAUSTED_POOL_EMPTY:
        return "malloc has no memory";
    case CROFT_EXHAUSTED_BUDGET:
        return "the region's budget does not suffice";
    case CROFT_EXHAUSTED_OVERSIZE:
        return "the object does not fit into one block";
    case CROFT_EXHAUSTED_OVERFLOW:
        return "the size in bytes is not representable";
    case CROFT_EXHAUSTED_ALIGNMENT:
        return "the alignment is no power of two or too large";
    case CROFT_EXHAUSTED_NULL_REGION:
        return "the region is null";
    case CROFT_EXHAUSTED_ELEMENT:
        return "the array's element is larger than a block holds";
    case CROFT_EXHAUSTED_ARRAY_FULL:
        return "the array has all the blocks that it can have";
    case CROFT_EXHAUSTED_ARRAY_REGION:
        return "the array lies in another region";
    default:
        return "unknown reason";
    }
}

__attribute__((__noreturn__)) void croft_exhausted(const croft_exhaustion *what)
{
    fflush(stdout);
    fprintf(stderr, "malloc_runtime: exhausted: %s (size %zu, align %zu)\n", reason_text(what->reason), what->size,
            what->align);
    abort();
}

croft_exhaustion_handler croft_set_exhaustion_handler(croft_exhaustion_handler next)
{
    croft_exhaustion_handler previous = handler;
    handler = next;
    return previous;
}

static _Noreturn void refuse(int reason, size_t size, size_t align)
{
    croft_exhaustion what = {.reason = reason, .size = size, .align = align};
    if (handler)
        handler(&what);
    croft_exhausted(&what);
}

/* Objects here come from malloc, so a pool is accepted and left alone. */
int croft_pool_init(void *buffer, size_t bytes)
{
    (void)bytes;
    return buffer ? CROFT_OK : CROFT_POOL_NULL;
}

/* ----------------------------------------------------------------------------------------- geometry */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* `align` is a power of two. */
static size_t rounded_up(size_t offset, size_t align)
{
    return (offset + align - 1) & ~(align - 1);
}

/* The bytes that a request takes from its block and its budget: objects of size 0 have an address of their own. */
static size_t charged(size_t size)
{
    return rounded_up(size ? size : 1, MIN_ALIGN);
}

/* Makes a block of `room` bytes with `left` bytes of budget the region's newest. */
static void enter_block(croft_region r, size_t room, size_t left)
{
    r->left = left;
    r->used = 0;
    r->limit = smaller(left & ~(size_t)(MIN_ALIGN - 1), room);
}

/* The room of a region's first block. */
static size_t first_room(croft_region r)
{
    return r->budget == SIZE_MAX ? HOME : PAYLOAD;
}

/* Moves the frontier past a request. Returns 0, or the reason of the refusal, with nothing changed. */
static int advance(croft_region r, size_t size, size_t align)
{
    if (align == 0 || (align & (align - 1)) != 0 || align > CROFT_MAX_ALIGN)
        return CROFT_EXHAUSTED_ALIGNMENT;
    if (size == SIZE_MAX)
        return CROFT_EXHAUSTED_OVERFLOW;
    if (size > CROFT_MAX_SIZE)
        return CROFT_EXHAUSTED_OVERSIZE;

    size_t taken = charged(size);
    if (size > CROFT_BLOCK_PAYLOAD) {
        /* A run: charged to the budget, of which the newest block then hands out no more than is left. */
        size_t rest = r->budget == SIZE_MAX ? SIZE_MAX : r->left - r->used;
        if (taken > rest)
            return CROFT_EXHAUSTED_BUDGET;
        if (r->budget != SIZE_MAX) {
            rest = (rest & ~(size_t)(MIN_ALIGN - 1)) - taken;
            if (rest < r->limit - r->used)
                r->used = r->limit - rest;
            r->left = r->used + rest;
        }
        return 0;
    }
    size_t end = rounded_up(r->used, align < MIN_ALIGN ? MIN_ALIGN : align) + taken;
    if (end <= r->limit) {
        r->used = end;
        return 0;
    }
    /* The rest of the block is not charged. */
    size_t left = r->budget == SIZE_MAX ? SIZE_MAX : r->left - r->used;
    if (taken > left)
        return CROFT_EXHAUSTED_BUDGET;
    enter_block(r, HOME, left);
    r->used = taken;
    return 0;
}

/* ------------------------------------------------------------------------------------------- objects */

static void end_objects(croft_region r)
{
    while (r->newest) {
        Object *object = r->newest;
        r->newest = object->older;
        memset(object->memory, DEATH, object->size);
        free(object->memory);
        free(object);
    }
}

/* Returns the object, or null with *reason set and nothing changed. */
static void *request(croft_region r, size_t size, size_t align, int *reason)
{
    if (!r) {
        *reason = CROFT_EXHAUSTED_NULL_REGION;
        return NULL;
    }
    struct croft_region_s before = *r;
    *reason = advance(r, size, align);
    if (*reason)
        return NULL;

    Object *object = malloc(sizeof *object);
    /* malloc's own alignment suffices up to max_align_t; beyond it C11 wants a size that is a multiple. */
    void *memory = align <= _Alignof(max_align_t) ? malloc(size ? size : 1)
                                                  : aligned_alloc(align, rounded_up(size ? size : 1, align));
    if (!object || !memory) {
        free(object);
        free(memory);
        *r = before;
        *reason = CROFT_EXHAUSTED_POOL_EMPTY;
        return NULL;
    }
    memset(memory, BIRTH, size);
    *object = (Object){.older = r->newest, .memory = memory, .size = size};
    r->newest = object;
    return memory;
}

/* The size of an array in bytes; SIZE_MAX, which no request may ask for, if it is not representable. */
static size_t array_size(size_t count, size_t size)
{
    return size && count > SIZE_MAX / size ? SIZE_MAX : count * size;
}

/* ---------------------------------------------------------------------------------------- operations */

croft_region croft_push_bounded(size_t bytes)
{
    croft_region r = malloc(sizeof *r);
    if (!r)
        refuse(CROFT_EXHAUSTED_POOL_EMPTY, 0, 0);
    *r = (struct croft_region_s){.below = innermost, .budget = bytes};
    enter_block(r, first_room(r), bytes);
    innermost = r;
    return r;
}

croft_region croft_push(void)
{
    return croft_push_bounded(SIZE_MAX);
}

/* A registration is an object of four words, as the runtime's. */
struct croft_registration_s {
    croft_registration older, *place; /* where the pointer to this one lies; null once it has run or was cancelled */
    void *object;
    void (*fn)(void *);
};

static int unlink_cleanup(croft_registration cleanup)
{
    if (!cleanup || !cleanup->place)
        return 0;
    *cleanup->place = cleanup->older;
    if (cleanup->older)
        cleanup->older->place = cleanup->place;
    cleanup->place = NULL;
    return 1;
}

void croft_run_cleanup(croft_registration cleanup)
{
    if (unlink_cleanup(cleanup))
        cleanup->fn(cleanup->object);
}

void croft_cancel_cleanup(croft_registration cleanup)
{
    unlink_cleanup(cleanup);
}

static void run_cleanups(croft_region r)
{
    croft_region stack = innermost;
    while (r->cleanups)
        croft_run_cleanup(r->cleanups);
    if (innermost != stack)
        misuse("a cleanup left other regions open than it found");
}

void croft_pop(croft_region r)
{
    if (!r || r != innermost)
        misuse("pop of a region that is not innermost");
    run_cleanups(r);
    innermost = r->below;
    end_objects(r);
    free(r);
}

void croft_reset(croft_region r)
{
    croft_region open = innermost;
    while (open && open != r)
        open = open->below;
    if (!open)
        misuse("reset of a region that is not open");
    run_cleanups(r);
    end_objects(r);
    enter_block(r, first_room(r), r->budget);
}

void *croft_try_alloc(croft_region r, size_t size, size_t align)
{
    int reason;
    return request(r, size, align, &reason);
}

void *croft_try_alloc_array(croft_region r, size_t count, size_t size, size_t align)
{
    int reason;
    return request(r, array_size(count, size), align, &reason);
}

void *croft_alloc(croft_region r, size_t size, size_t align)
{
    int reason;
    void *memory = request(r, size, align, &reason);
    if (!memory)
        refuse(reason, size, align);
    return memory;
}

void *croft_alloc_array(croft_region r, size_t count, size_t size, size_t align)
{
    return croft_alloc(r, array_size(count, size), align);
}

static croft_registration registered(croft_region r, croft_registration cleanup, void *object, void (*fn)(void *))
{
    *cleanup = (struct croft_registration_s){.older = r->cleanups, .place = &r->cleanups, .object = object, .fn = fn};
    if (r->cleanups)
        r->cleanups->place = &cleanup->older;
    r->cleanups = cleanup;
    return cleanup;
}

croft_registration croft_register_cleanup(croft_region r, void *object, void (*fn)(void *))
{
    return registered(r, croft_alloc(r, sizeof(struct croft_registration_s), MIN_ALIGN), object, fn);
}

croft_registration croft_try_register_cleanup(croft_region r, void *object, void (*fn)(void *))
{
    croft_registration cleanup = croft_try_alloc(r, sizeof(struct croft_registration_s), MIN_ALIGN);
    return cleanup ? registered(r, cleanup, object, fn) : NULL;
}

void croft_cleanup(croft_region r, void *object, void (*fn)(void *))
{
    croft_registration cleanup = croft_register_cleanup(r, object, fn);
    (void)cleanup;
}

void croft_keepalive(const void *p)
{
    (void)p;
}

/* ---------------------------------------------------------------------------------- segmented arrays */

/*
 * An array is an object; so is each of its chunks, which are of the sizes that runtime/src/segmented/shape.rs states, so that a
 * program sees the same chunks and is charged the same. Everything is found by walking. Cost: O(chunks).
 */
struct croft_segmented_s {
    croft_region region;
    size_t size, align;
    size_t length;
    size_t owned; /* chunks that have memory */
    void *chunks[8 + 8192];
};

enum {
    ARRAY_BYTES = sizeof(void *) == 8 ? 208 : 152, /* what the runtime's array takes of its region */
    HEAD_BYTES = CROFT_BLOCK_SIZE / 128,   /* the first piece */
    PIECE_BYTES = CROFT_BLOCK_SIZE / 2,    /* the largest */
    INLINE_SEGMENTS = 32,                  /* those that need no page */
    SEGMENTS = CROFT_BLOCK_SIZE / 2 < 8192 ? CROFT_BLOCK_SIZE / 2 : 8192
};

/* The elements that a chunk has room for, and whether it is a segment; 0 past the last one. */
static size_t room_of(const struct croft_segmented_s *array, size_t number, size_t *segment)
{
    size_t head = 1;
    while (2 * head * array->size <= HEAD_BYTES)
        head *= 2;
    size_t pieces = 0;
    for (size_t room = head; room * array->size <= PIECE_BYTES; room *= pieces++ ? 2 : 1)
        if (pieces == number) {
            *segment = SIZE_MAX;
            return room;
        }
    *segment = number - pieces;
    return *segment < SEGMENTS ? CROFT_BLOCK_PAYLOAD / array->size : 0;
}

croft_segmented croft_segmented_try_new(croft_region r, size_t size, size_t align)
{
    if (size > CROFT_BLOCK_PAYLOAD || align == 0 || (align & (align - 1)) != 0 || align > CROFT_MAX_ALIGN)
        return NULL;
    /* Charged as the runtime does, and kept beside. */
    if (!croft_try_alloc(r, ARRAY_BYTES, 8))
        return NULL;
    struct croft_segmented_s *array = calloc(1, sizeof *array);
    Object *object = malloc(sizeof *object);
    if (!array || !object)
        refuse(CROFT_EXHAUSTED_POOL_EMPTY, size, align);
    *object = (Object){.older = r->newest, .memory = array, .size = sizeof *array};
    r->newest = object;
    array->region = r;
    array->size = size ? size : 1;
    array->align = align;
    return array;
}

croft_segmented croft_segmented_new(croft_region r, size_t size, size_t align)
{
    croft_segmented array = croft_segmented_try_new(r, size, align);
    if (!array)
        refuse(CROFT_EXHAUSTED_ELEMENT, size, align);
    return array;
}

/* The chunk that an element lies in, or will lie in, and its index there. */
static size_t chunk_of(const struct croft_segmented_s *array, size_t *index)
{
    size_t number = 0, segment, room;
    while ((room = room_of(array, number, &segment)) != 0 && *index >= room) {
        *index -= room;
        number++;
    }
    return number;
}

/* Returns the element, or null with *reason set. */
static void *append(croft_region r, struct croft_segmented_s *array, int *reason)
{
    size_t index = array->length;
    size_t number = chunk_of(array, &index);
    size_t segment, room = room_of(array, number, &segment);
    if (number == array->owned) {
        if (r != array->region) {
            *reason = r ? CROFT_EXHAUSTED_ARRAY_REGION : CROFT_EXHAUSTED_NULL_REGION;
            return NULL;
        }
        if (room == 0) {
            *reason = CROFT_EXHAUSTED_ARRAY_FULL;
            return NULL;
        }
        /* Segments take a block whole, and begin it. */
        int is_segment = segment != SIZE_MAX;
        struct croft_region_s before = *r;
        size_t align = is_segment && array->align < 16 ? 16 : array->align;
        if (is_segment && segment == INLINE_SEGMENTS && !request(r, CROFT_BLOCK_PAYLOAD, 16, reason))
            return NULL;
        void *chunk = request(r, is_segment ? CROFT_BLOCK_PAYLOAD : room * array->size, align, reason);
        if (!chunk) {
            /* The page's object stays until the end; nothing else has changed. */
            before.newest = r->newest;
            *r = before;
            return NULL;
        }
        array->chunks[array->owned++] = chunk;
    }
    array->length++;
    return (char *)array->chunks[number] + index * array->size;
}

void *croft_segmented_try_append(croft_region r, croft_segmented array)
{
    int reason;
    return append(r, array, &reason);
}

void *croft_segmented_append(croft_region r, croft_segmented array)
{
    int reason;
    void *element = append(r, array, &reason);
    if (!element)
        refuse(reason, array->size, array->align);
    return element;
}

void *croft_segmented_at(croft_segmented array, size_t index)
{
    if (index >= array->length)
        return NULL;
    size_t number = chunk_of(array, &index);
    return (char *)array->chunks[number] + index * array->size;
}

size_t croft_segmented_length(croft_segmented array)
{
    return array->length;
}

void *croft_segmented_chunk(croft_segmented array, size_t number, size_t *count)
{
    size_t left = array->length, segment, room = 0;
    for (size_t i = 0; i <= number && (room = room_of(array, i, &segment)) != 0 && i < number; i++)
        left -= smaller(left, room);
    *count = smaller(left, room);
    return *count ? array->chunks[number] : NULL;
}

void croft_segmented_truncate(croft_segmented array, size_t length)
{
    array->length = smaller(array->length, length);
}
