// Objects that end before their cleanup runs: of a younger region, and of an older one that is reset; also behind a pointer, and through callees.
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
    croft_reset(older);
    croft_reset(younger);
}
void younger(void)
{
    CROFT_REGION(r);
    {
        CROFT_REGION(s);
        int *object = CROFT_NEW(s, int);
        croft_cleanup(r, object, clear); // error: R0402
    }
}
void reset(void)
{
    croft_region o = croft_push();
    croft_region r = croft_push();
    int *object = CROFT_NEW(o, int);
    croft_cleanup(r, object, clear);
    croft_reset(o);
    croft_pop(r); // error: R0403 "used by a cleanup"
    croft_pop(o);
}
void behind(void)
{
    croft_region o = croft_push();
    croft_region r = croft_push();
    struct pair *pair = CROFT_NEW(r, struct pair);
    pair->first = CROFT_NEW(o, int);
    watch(r, pair);
    croft_reset(o);
    croft_pop(r); // error: R0907 "used by a cleanup"
    croft_pop(o);
}
void by_callee(void)
{
    croft_region o = croft_push();
    croft_region r = croft_push();
    struct pair *pair = CROFT_NEW(r, struct pair);
    pair->first = CROFT_NEW(o, int);
    watch(r, pair);
    end_both(o, r); // error: R0907 "used by a cleanup"
    croft_pop(r);
    croft_pop(o);
}
