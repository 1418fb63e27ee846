/* Croft: what users write. A region that a loop allocates into has a budget, as the checker asks. */
#include <croft.h>

#define FREES 0
#define REGION croft_region
#define ARENA(a)
#define DONE(a)
#define OPEN(a, r) croft_region r = croft_push()
#define OPEN_LOOP(a, r, bytes) croft_region r = croft_push_bounded(bytes)
#define CLOSE(a, r) croft_pop(r)
#define ALLOC(r, size) croft_alloc(r, size, 8)
#define NODE(r, size) croft_alloc(r, size, 8)
