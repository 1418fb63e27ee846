// an address is kept in halves, and put together again: by shifts, by a copy of both, by a remainder and a quotient, in a loop
#include <croft.h>
#include <stdint.h>
#include <string.h>
struct halves { uint32_t low, high; };
__attribute__((noinline)) static void split(struct halves *to, const void *p)
{
    to->low = (uint32_t)(uintptr_t)p;
    to->high = (uint32_t)((uintptr_t)p >> 32);
}
__attribute__((noinline)) static void copy(struct halves *to, const struct halves *from)
{
    to->low = from->low;
    to->high = from->high;
}
__attribute__((noinline)) static int *join(const struct halves *halves)
{
    return (int *)((uintptr_t)halves->high << 32 | halves->low);
}
int by_shifts(void)
{
    struct halves kept;
    {
        CROFT_REGION(r);
        int *x = CROFT_NEW(r, int);
        *x = 1;
        struct halves halves;
        split(&halves, x);
        copy(&kept, &halves);
    }
    return *join(&kept); // error: R0403
}
static struct halves parts;
__attribute__((noinline)) static void divide(uintptr_t p, uint64_t by)
{
    parts.low = (uint32_t)(p % by);
    parts.high = (uint32_t)(p / by);
}
void by_division(uint64_t by)
{
    CROFT_REGION(r);
    int *x = CROFT_NEW(r, int);
    *x = 1;
    divide((uintptr_t)x, by); // error: R0402
}
int again(void)
{
    uint64_t whole;
    memcpy(&whole, &parts, sizeof whole);
    return *(int *)whole;
}
struct view { union { int *pointer; uint32_t part[2]; }; };
__attribute__((noinline)) static void put(struct view *to, const struct view *from)
{
    to->part[0] = from->part[0];
    to->part[1] = from->part[1];
}
__attribute__((noinline)) static int *get(const struct view *view) { return view->pointer; }
int by_union(void)
{
    struct view to;
    {
        CROFT_REGION(r);
        struct view from;
        from.pointer = CROFT_NEW(r, int);
        *from.pointer = 1;
        put(&to, &from);
    }
    return *get(&to); // error: R0403
}
