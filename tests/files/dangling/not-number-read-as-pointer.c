// numbers beside pointers in unions that are read as what they are, counters, pages that are compared, and words used in time
#include <croft.h>
#include <stdint.h>
union word { uintptr_t number; char *pointer; };
struct cursor { union word at; uintptr_t count; };
__attribute__((noinline)) static void align(struct cursor *to, const struct cursor *from)
{
    to->at.number = (from->at.number + 15) & ~(uintptr_t)15;
    to->count = from->count + 1;
}
__attribute__((noinline)) static char *at(const struct cursor *cursor) { return cursor->at.pointer; }
char by_union(uintptr_t *total)
{
    CROFT_REGION(r);
    struct cursor to, from;
    from.at.pointer = CROFT_ARRAY(r, char, 50);
    from.at.pointer[8] = 1;
    from.count = 1;
    align(&to, &from);
    *total = to.count + from.count;
    return *at(&to);
}
struct stats { uintptr_t longest, total; char *name; };
__attribute__((noinline)) static void add(struct stats *stats, const struct cursor *cursor)
{
    stats->longest = cursor->count * 2;
    stats->total = stats->total + cursor->count;
}
void count(struct stats *stats)
{
    CROFT_REGION(r);
    struct cursor own;
    own.at.pointer = CROFT_ARRAY(r, char, 50);
    own.at.pointer[0] = 1;
    own.count = 3;
    add(stats, &own);
}
static uintptr_t page;
__attribute__((noinline)) static uintptr_t page_of(const void *p, uintptr_t size) { return (uintptr_t)p / size; }
int is_near(uintptr_t size)
{
    CROFT_REGION(r);
    char *x = CROFT_ARRAY(r, char, 5000);
    x[0] = 1;
    uintptr_t before = page;
    page = page_of(x, size);
    return before == page;
}
