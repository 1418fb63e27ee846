// One region under two names, which a choice gives it: what is allocated by either is apart from the rest.
#include <croft.h>

#include <stdio.h>

__attribute__((noinline)) static int overlaps(int count, int which)
{
    int found = 0;
    croft_region r = croft_push_bounded(65536), s = croft_push_bounded(65536);
    croft_region either = which ? r : s;
    int none = 2, *last = &none;
    for (int i = 0; i < count; i++) {
        int *object = croft_alloc(r, 16, 8);
        *object = 1;
        if (*last != 2)
            found++;
        last = croft_alloc(either, 24, 8);
        *last = 2;
    }
    croft_pop(s);
    croft_pop(r);
    return found;
}

/* A budget that suffices exactly: 8, 8, and at 64 bytes 64 more. */
__attribute__((noinline)) static void fill(croft_region r, volatile char **out)
{
    out[0] = croft_alloc(r, 8, 8);
}

int main(int argc, char **argv)
{
    (void)argv;
    printf("%d %d\n", overlaps(10, argc), overlaps(2000, argc - 1));
    croft_region r = croft_push_bounded(128);
    volatile char *first = NULL;
    fill(r, &first);
    char *second = croft_alloc(r, 8, 8);
    char *third = croft_alloc(r, 64, 64);
    *first = 1;
    *second = 2;
    *third = 3;
    printf("%d\n", *first + *second + *third);
    croft_pop(r);
    return 0;
}
