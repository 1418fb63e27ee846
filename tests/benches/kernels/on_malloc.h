/* The C library's malloc. A region is a list of its objects, linked in their first words. */
#include <stdlib.h>

struct object {
    struct object *older;
};

struct owner {
    struct object *newest;
};

static inline void *own(struct owner *owner, size_t size)
{
    struct object *object = malloc(size);
    if (!object)
        abort();
    object->older = owner->newest;
    owner->newest = object;
    return object;
}

static inline void end(struct owner *owner)
{
    struct object *object = owner->newest;
    while (object) {
        struct object *older = object->older;
        free(object);
        object = older;
    }
}

static inline void *node(size_t size)
{
    void *object = malloc(size);
    if (!object)
        abort();
    return object;
}

#define FREES 1
#define REGION struct owner *
#define ARENA(a)
#define DONE(a)
#define OPEN(a, r) struct owner r##_of = {0}, *r = &r##_of
#define OPEN_LOOP(a, r, bytes) OPEN(a, r)
#define CLOSE(a, r) end(r)
#define ALLOC(r, size) own(r, size)
#define NODE(r, size) ((void)(r), node(size))
#define LEAVE(p) free(p)
