/* talloc: a context for each region. */
#include <talloc.h>

#define FREES 0
#define REGION void *
#define ARENA(a)
#define DONE(a)
#define OPEN(a, r) void *r = talloc_new(NULL)
#define OPEN_LOOP(a, r, bytes) OPEN(a, r)
#define CLOSE(a, r) talloc_free(r)
#define ALLOC(r, size) talloc_size(r, size)
#define NODE(r, size) talloc_size(r, size)
