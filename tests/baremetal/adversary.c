/*
 * A deterministic adversary of the runtime's kernel entry points, called directly and out of line, against a model: which
 * requests a budget grants, which bytes belong to whom, what a refusal may change. Prints a checksum of all that happened, which is
 * the same on every target, and ends with status 1 at the first thing that is wrong.
 *
 * With ADVERSARY_LARGE it allocates runs too.
 *
 * What depends on the layout of a target stays out of the checksum: addresses, blocks, and padding. So regions with a
 * budget get alignments of at most 8 only.
 */
#include <croft.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED 0x2545F491u
#define STEPS 6000

enum { REGIONS = 12, OBJECTS = 1200, LIVE_BYTES = 150000 };

/* A descriptor, or the address of one: opaque here as to compilers. */
typedef struct { _Alignas(8) unsigned char bytes[64]; } descriptor;

void rt_open(void *) __asm__("croft_rt_open");
void rt_open_bounded(void *, size_t) __asm__("croft_rt_open_bounded");
void rt_open_eager(void *) __asm__("croft_rt_open_eager");
void rt_open_eager_bounded(void *, size_t) __asm__("croft_rt_open_eager_bounded");
void *rt_push(void) __asm__("croft_rt_push");
void *rt_push_bounded(size_t) __asm__("croft_rt_push_bounded");
void rt_pop(void *) __asm__("croft_rt_pop");
void rt_reset(void *) __asm__("croft_rt_reset");
unsigned char *rt_alloc(void *, size_t, size_t) __asm__("croft_rt_alloc");
unsigned char *rt_alloc_array(void *, size_t, size_t, size_t) __asm__("croft_rt_alloc_array");
unsigned char *rt_try_alloc(void *, size_t, size_t) __asm__("croft_rt_try_alloc");
unsigned char *rt_try_alloc_array(void *, size_t, size_t, size_t) __asm__("croft_rt_try_alloc_array");

static struct region {
    descriptor frame;
    void *handle;
    int bounded;
    size_t budget, left; /* bytes, of a bounded region */
} regions[REGIONS];
static unsigned depth;

static struct object {
    unsigned char *at;
    uint32_t size;
    uint16_t region;
    unsigned char fill;
} objects[OBJECTS];
static unsigned alive;
static size_t live_bytes;

static uint32_t state = SEED, checksum;
static unsigned granted, refused, step;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

static void note(uint32_t value)
{
    checksum = (checksum ^ value) * 16777619u;
}

static void demand(int holds, const char *what)
{
    if (holds)
        return;
    printf("adversary: seed %x, step %u: %s\n", SEED, step, what);
    exit(1);
}

static size_t taken(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* Every byte of the region's objects is as it was written; then they are no more. */
static void bury(unsigned region)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < alive; i++) {
        struct object *object = &objects[i];
        if (object->region != region) {
            objects[kept++] = *object;
            continue;
        }
        for (uint32_t byte = 0; byte < object->size; byte++)
            demand(object->at[byte] == (unsigned char)(object->fill + byte), "an object was overwritten");
        note(object->size * 256 + object->fill);
        live_bytes -= taken(object->size);
    }
    alive = kept;
    regions[region].left = regions[region].budget;
}

static void open(void)
{
    struct region *region = &regions[depth];
    unsigned kind = draw(6);
    region->bounded = kind & 1;
    region->budget = region->left = region->bounded ? draw(9000) : 0;
    region->handle = region->frame.bytes;
    switch (kind) {
    case 0: rt_open(region->handle); break;
    case 1: rt_open_bounded(region->handle, region->budget); break;
    case 2: rt_open_eager(region->handle); break;
    case 3: rt_open_eager_bounded(region->handle, region->budget); break;
    case 4: region->handle = rt_push(); break;
    case 5: region->handle = rt_push_bounded(region->budget); break;
    }
    note(kind);
    depth++;
}

static void end_innermost(void)
{
    bury(depth - 1);
    rt_pop(regions[--depth].handle);
}

static void allocate(void)
{
    unsigned owner = draw(depth);
    struct region *region = &regions[owner];
    size_t size = draw(8) ? draw(65) : draw(3000);
    size_t align = (size_t)1 << (region->bounded ? draw(4) : draw(8));
    size_t count = 1 + draw(3);
    unsigned way = draw(4);
    if (way & 1)
        size = size / count * count;
    int fits = !region->bounded || taken(size) <= region->left;
    if (!fits)
        way |= 2; /* the others do not return */
    if (alive == OBJECTS || live_bytes + taken(size) > LIVE_BYTES)
        return;
    unsigned char *at = NULL;
    switch (way) {
    case 0: at = rt_alloc(region->handle, size, align); break;
    case 1: at = rt_alloc_array(region->handle, count, size / count, align); break;
    case 2: at = rt_try_alloc(region->handle, size, align); break;
    case 3: at = rt_try_alloc_array(region->handle, count, size / count, align); break;
    }
    demand((at != NULL) == fits, "a request was not answered as the budget says");
    note(way * 2 + (at != NULL));
    if (!at) {
        refused++;
        return;
    }
    granted++;
    demand(((uintptr_t)at & (align - 1)) == 0, "an object is not aligned");
    struct object *object = &objects[alive++];
    *object = (struct object){at, (uint32_t)size, (uint16_t)owner, (unsigned char)step};
    for (size_t byte = 0; byte < size; byte++)
        at[byte] = (unsigned char)(object->fill + byte);
    live_bytes += taken(size);
    if (region->bounded)
        region->left -= taken(size);
}

/* Requests that nobody can satisfy: null, and nothing has changed. */
static void refuse(void)
{
    void *region = regions[draw(depth)].handle;
    static const size_t wrong[] = {0, CROFT_MAX_ALIGN + 1, 3 * CROFT_MAX_ALIGN, 2 * CROFT_MAX_ALIGN, SIZE_MAX};
    croft_stats before, after;
    croft_pool_stats(&before);
    demand(!rt_try_alloc(region, draw(100), wrong[draw(5)]), "a wrong alignment was granted");
    demand(!rt_try_alloc(region, SIZE_MAX - draw(64), 8), "a size at the top of the address space was granted");
    demand(!rt_try_alloc_array(region, SIZE_MAX / 8 + 1 + draw(8), 8, 8), "an overflowing size was granted");
    demand(!rt_try_alloc_array(region, SIZE_MAX, SIZE_MAX, 1), "an overflowing size was granted");
    croft_pool_stats(&after);
    demand(memcmp(&before, &after, sizeof before) == 0, "a refusal changed the pool");
    refused += 4;
}

/* Every block goes into one region; the next request is refused; all come back at once. */
static void exhaust(void)
{
    croft_stats stats;
    unsigned blocks = 0;
    open();
    while (regions[0].bounded) {
        end_innermost();
        open();
    }
    while (rt_try_alloc(regions[0].handle, 3000, 8))
        blocks++;
    croft_pool_stats(&stats);
    demand(blocks > 0 && stats.blocks_in_use == stats.blocks_total, "blocks are left that nobody gets");
    demand(!rt_try_alloc(regions[0].handle, 3000, 8), "an empty pool grants");
    demand(croft_pool_check() == CROFT_OK, "the pool's invariants do not hold");
    end_innermost();
    croft_pool_stats(&stats);
    demand(stats.blocks_in_use == 0, "blocks stay in use when no region is open");
}

#ifdef ADVERSARY_LARGE
/* Objects larger than any block, of two classes and of one twice, in regions of every kind. */
static void large(void)
{
    static const uint32_t sizes[] = {20000, 45000, 20000};
    for (int way = 0; way < 5; way++) {
        descriptor frame;
        void *region = frame.bytes;
        switch (way) {
        case 0: rt_open(region); break;
        case 1: rt_open_bounded(region, 90000); break;
        case 2: region = rt_push(); break;
        case 3: region = rt_push_bounded(90000); break;
        case 4: rt_open_eager(region); demand(rt_alloc(region, 100, 8) != NULL, "no small object"); break;
        }
        for (int again = 0; again < 2; again++) {
            unsigned char *objects_of[3];
            for (int i = 0; i < 3; i++) {
                objects_of[i] = i & 1 ? rt_alloc_array(region, sizes[i] / 8, 8, 64)
                    : again ? rt_try_alloc(region, sizes[i], CROFT_MAX_ALIGN)
                            : rt_alloc(region, sizes[i], 8);
                demand(objects_of[i] != NULL, "a large object was refused");
                memset(objects_of[i], i + way, sizes[i]);
            }
            demand((way & 1) == 0 || !rt_try_alloc(region, 20000, 8), "a budget was exceeded by a large object");
            demand(!rt_try_alloc_array(region, SIZE_MAX / 64, 8, 8), "more was granted than the pool has");
            for (int i = 0; i < 3; i++)
                for (uint32_t byte = 0; byte < sizes[i]; byte++)
                    demand(objects_of[i][byte] == (unsigned char)(i + way), "a large object was overwritten");
            demand(croft_pool_check() == CROFT_OK, "the pool's invariants do not hold");
            if (again)
                rt_pop(region);
            else
                rt_reset(region);
        }
    }
}

#endif

int main(void)
{
    for (step = 0; step < STEPS; step++) {
        unsigned what = draw(32);
        if (depth == 0 || (what < 2 && depth < REGIONS))
            open();
        else if (what < 4)
            end_innermost();
        else if (what == 4) {
            unsigned region = draw(depth);
            bury(region);
            rt_reset(regions[region].handle);
        } else if (what == 5)
            refuse();
        else
            allocate();
        if (step % 64 == 0)
            demand(croft_pool_check() == CROFT_OK, "the pool's invariants do not hold");
    }
    while (depth)
        end_innermost();
    for (int times = 0; times < 2; times++)
        exhaust();
#ifdef ADVERSARY_LARGE
    large();
#endif
    printf("adversary: seed %x, %d steps, %u granted, %u refused, checksum %x\n", SEED, STEPS, granted, refused, checksum);
    return 0;
}
