/* obstack of the C library: made once, emptied by freeing its first object, which keeps the first chunk. */
#include <obstack.h>
#include <stdlib.h>

#define obstack_chunk_alloc malloc
#define obstack_chunk_free free

#define FREES 0
#define REGION struct obstack *
#define ARENA(a)                        \
    struct obstack a##_of, *a = &a##_of; \
    obstack_init(a);                    \
    obstack_alignment_mask(a) = 7;      \
    void *a##_first = obstack_alloc(a, 0)
#define DONE(a) obstack_free(a, NULL)
#define OPEN(a, r) struct obstack *r = a
#define OPEN_LOOP(a, r, bytes) OPEN(a, r)
#define CLOSE(a, r) obstack_free(r, a##_first)
#define ALLOC(r, size) obstack_alloc(r, size)
#define NODE(r, size) obstack_alloc(r, size)
