// What tests/suites/sequences.rs pins: what the operations are in machine code once they are lowered and inlined.
#include <croft.h>

#define LOOP _Pragma("clang loop unroll(disable) vectorize(disable)")

static inline void touch(void *object, size_t value)
{
    ((volatile size_t *)object)[1] = value;
}

/* An object of constant size in each iteration: the descriptor lives in registers. */
void objects(size_t n)
{
    CROFT_REGION_BOUNDED(r, 4096);
    LOOP for (size_t i = 0; i < n; i++)
        touch(croft_alloc(r, 32, 8), i);
}

/* The same loop over one object: what is subtracted. */
void one_object(size_t n, void *object)
{
    LOOP for (size_t i = 0; i < n; i++)
        touch(object, i);
}

/* An object whose size only the run knows. */
void sized_objects(size_t n, size_t size)
{
    CROFT_REGION_BOUNDED(r, 4096);
    LOOP for (size_t i = 0; i < n; i++)
        touch(croft_alloc(r, size, 8), i);
}

/* A region in a frame, with one object: push, alloc, pop. */
void region(size_t value)
{
    CROFT_REGION(r);
    touch(croft_alloc(r, 32, 8), value);
}

/* The same with two and with three, for what one more takes in a row. */
void two_objects(size_t value)
{
    CROFT_REGION(r);
    touch(croft_alloc(r, 32, 8), value);
    touch(croft_alloc(r, 32, 8), value);
}

void three_objects(size_t value)
{
    CROFT_REGION(r);
    touch(croft_alloc(r, 32, 8), value);
    touch(croft_alloc(r, 32, 8), value);
    touch(croft_alloc(r, 32, 8), value);
}

/* A region that is handed over: its descriptor lies in its first block. */
croft_region push(void)
{
    return croft_push();
}

void *alloc(croft_region r)
{
    return croft_alloc(r, 32, 8);
}

void reset(croft_region r)
{
    croft_reset(r);
}

void pop(croft_region r)
{
    croft_pop(r);
}
