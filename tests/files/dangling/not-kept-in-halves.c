// numbers of 32 bits beside pointers are copied and put together; halves of an address are used in time
#include <croft.h>
#include <stdint.h>
struct halves { uint32_t low, high; };
struct stats { uint32_t low, high; int *at; };
__attribute__((noinline)) static void split(struct halves *to, const void *p)
{
    to->low = (uint32_t)(uintptr_t)p;
    to->high = (uint32_t)((uintptr_t)p >> 32);
}
__attribute__((noinline)) static int *join(const struct halves *halves)
{
    return (int *)((uintptr_t)halves->high << 32 | halves->low);
}
__attribute__((noinline)) static void copy(struct stats *to, const struct stats *from)
{
    to->low = from->low;
    to->high = from->high;
}
__attribute__((noinline)) static uint64_t total(const struct stats *stats)
{
    return (uint64_t)stats->high << 32 | stats->low;
}
uint64_t f(struct stats *stats)
{
    CROFT_REGION(r);
    int *x = CROFT_NEW(r, int);
    *x = 1;
    struct halves halves;
    split(&halves, x);
    struct stats own = { 1, 2, x };
    copy(stats, &own);
    return total(&own) + (uint64_t)*join(&halves);
}
