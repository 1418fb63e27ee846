/* APR's pools: made once and cleared, as its documentation advises for loops. */
#include <apr_general.h>
#include <apr_pools.h>
#include <stdlib.h>

static apr_pool_t *made(void)
{
    static int ready;
    apr_pool_t *pool;
    if (!ready && apr_initialize() != APR_SUCCESS)
        abort();
    ready = 1;
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        abort();
    return pool;
}

#define FREES 0
#define REGION apr_pool_t *
#define ARENA(a) apr_pool_t *a = made()
#define DONE(a) apr_pool_destroy(a)
#define OPEN(a, r) apr_pool_t *r = a
#define OPEN_LOOP(a, r, bytes) OPEN(a, r)
#define CLOSE(a, r) apr_pool_clear(r)
#define ALLOC(r, size) apr_palloc(r, size)
#define NODE(r, size) apr_palloc(r, size)
