/* The limit: a pointer that is moved up, and nothing that asks whether there is memory. */
#include <stddef.h>

static _Alignas(16) char memory[2][80 << 20];
/* The allocator's variables: it does not know at compile time where its memory is. */
static char *frontiers[2] = {memory[0], memory[1]};
static int arenas;

static inline void *bump(char **frontier, size_t size)
{
    char *object = *frontier;
    *frontier = object + ((size + 7) & ~(size_t)7);
    return object;
}

#define FREES 0
#define REGION char **
#define ARENA(a) char **a = &frontiers[arenas++ % 2]
#define DONE(a) arenas--
#define OPEN(a, r) char *r##_frontier = *a, **r = &r##_frontier
#define OPEN_LOOP(a, r, bytes) OPEN(a, r)
#define CLOSE(a, r)
#define ALLOC(r, size) bump(r, size)
#define NODE(r, size) bump(r, size)
