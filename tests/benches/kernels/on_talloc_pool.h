/* talloc with a pool for each region, which its documentation offers where many small objects share a context. */
#include <talloc.h>

#define FREES 0
#define REGION void *
#define ARENA(a)
#define DONE(a)
#define OPEN(a, r) void *r = talloc_pool(NULL, 256)
/* 96 bytes of talloc's own for each object of at least 16. */
#define OPEN_LOOP(a, r, bytes) void *r = talloc_pool(NULL, (bytes) < (1 << 20) ? (size_t)(bytes) * 4 : (size_t)(1 << 20))
#define CLOSE(a, r) talloc_free(r)
#define ALLOC(r, size) talloc_size(r, size)
#define NODE(r, size) talloc_size(r, size)
