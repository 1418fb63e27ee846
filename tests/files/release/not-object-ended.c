// The same in the right order, or with the cleanup run or the object replaced before.
#include <croft.h>
struct pair {
    int *first;
};
static void clear(void *object)
{
    *(int *)object = 0;
}
static void clear_first(void *object)
{
    *((struct pair *)object)->first = 0;
}
__attribute__((noinline)) static void watch(croft_region r, struct pair *pair)
{
    croft_cleanup(r, pair, clear_first);
}
__attribute__((noinline)) static void end_both(croft_region older, croft_region younger)
{
    croft_reset(younger);
    croft_reset(older);
}
void younger(void)
{
    CROFT_REGION(r);
    {
        CROFT_REGION(s);
        int *object = CROFT_NEW(r, int);
        croft_cleanup(s, object, clear);
    }
}
void reset(void)
{
    croft_region o = croft_push();
    croft_region r = croft_push();
    int *object = CROFT_NEW(o, int);
    croft_registration cleanup = croft_register_cleanup(r, object, clear);
    croft_run_cleanup(cleanup);
    croft_reset(o);
    croft_pop(r);
    croft_pop(o);
}
void behind(void)
{
    croft_region o = croft_push();
    croft_region r = croft_push();
    struct pair *pair = CROFT_NEW(r, struct pair);
    pair->first = CROFT_NEW(o, int);
    watch(r, pair);
    croft_reset(r);
    croft_reset(o);
    croft_pop(r);
    croft_pop(o);
}
