// numbers are computed with, stored, and read as pointers by nothing but their type there: a union's other member, a cast place
#include <croft.h>
#include <stdint.h>
union word { uintptr_t number; char *pointer; };
struct cursor { union word at; int count; };
__attribute__((noinline)) static void align(struct cursor *to, const struct cursor *from)
{
    to->at.number = (from->at.number + 15) & ~(uintptr_t)15;
}
__attribute__((noinline)) static char *at(const struct cursor *cursor) { return cursor->at.pointer; }
char by_union(void)
{
    struct cursor to;
    {
        CROFT_REGION(r);
        struct cursor from;
        from.at.pointer = CROFT_ARRAY(r, char, 50);
        from.at.pointer[8] = 1;
        align(&to, &from);
    }
    return *at(&to); // error: R0403
}
__attribute__((noinline)) static void skip(uintptr_t *to, const uintptr_t *from) { *to = *from + 8; }
char *kept;
void by_cast(void)
{
    CROFT_REGION(r);
    char *from = CROFT_ARRAY(r, char, 50);
    from[8] = 1;
    skip((uintptr_t *)&kept, (const uintptr_t *)&from); // error: R0402
}
char first_kept(void) { return *kept; }
static uintptr_t page;
__attribute__((noinline)) static uintptr_t page_of(const void *p) { return (uintptr_t)p / 4096; }
__attribute__((noinline)) static void start(char **out) { *(uintptr_t *)out = page * 4096; }
char by_page(void)
{
    {
        CROFT_REGION(r);
        char *x = CROFT_ARRAY(r, char, 5000);
        x[0] = 1;
        page = page_of(x); // error: R0402
    }
    char *first;
    start(&first);
    return *first;
}
