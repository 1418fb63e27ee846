/* Segmented arrays of several element sizes: they grow side by side and with other objects, are indexed, walked by chunks,
 * truncated, reused, refused past a budget, and passed to functions. */
#include <croft.h>

#include <stdio.h>

struct point {
    double x, y;
    short tag;
};

struct page {
    int number;
    char text[5000];
};

CROFT_SEGMENTED(points, struct point);
CROFT_SEGMENTED(bytes, unsigned char);
CROFT_SEGMENTED(words, unsigned);
CROFT_SEGMENTED(pages, struct page);
CROFT_SEGMENTED(links, struct point *);

static unsigned long mixed(unsigned long sum, unsigned long value)
{
    return (sum ^ value) * 1099511628211ul;
}

CROFT_BOUNDED_PARAM(0) static void grow(croft_region r, points all, int count)
{
    for (int i = 0; i < count; i++)
        *CROFT_APPEND(r, all) = (struct point){i * 0.5, -i, (short)i};
}

static unsigned long by_index(points all)
{
    unsigned long sum = 0;
    for (size_t i = 0; i < CROFT_LENGTH(all); i += 7)
        sum = mixed(sum, (unsigned long)(long)(CROFT_AT(all, i)->y + CROFT_AT(all, i)->x * 4));
    return sum;
}

static void many_sizes(void)
{
    CROFT_REGION_BOUNDED(r, 8 << 20);
    points all = CROFT_SEGMENTED_NEW(r, points);
    bytes small = CROFT_SEGMENTED_NEW(r, bytes);
    words middle = CROFT_SEGMENTED_NEW(r, words);
    pages large = CROFT_SEGMENTED_NEW(r, pages);
    for (int i = 0; i < 40000; i++) {
        *CROFT_APPEND(r, small) = (unsigned char)i;
        if (i % 3 == 0)
            *CROFT_APPEND(r, middle) = (unsigned)i * 2654435761u;
        if (i % 200 == 0) {
            struct page *page = CROFT_APPEND(r, large);
            page->number = i;
            page->text[0] = page->text[4999] = (char)i;
            *CROFT_NEW(r, int) = i;
        }
    }
    grow(r, all, 20000);
    unsigned long sum = by_index(all);
    unsigned char *chunk;
    for (size_t k = 0, n; (chunk = CROFT_CHUNK(small, k, &n)) != NULL; k++) {
        printf("%zu ", n);
        for (size_t i = 0; i < n; i++)
            sum = mixed(sum, chunk[i]);
    }
    unsigned *word;
    for (size_t k = 0, n; (word = CROFT_CHUNK(middle, k, &n)) != NULL; k++)
        for (size_t i = 0; i < n; i++)
            sum = mixed(sum, word[i]);
    for (size_t i = 0; i < CROFT_LENGTH(large); i++)
        sum = mixed(sum, (unsigned long)CROFT_AT(large, i)->number + (unsigned char)CROFT_AT(large, i)->text[4999]);
    printf("\n%zu %zu %zu %zu %lx\n", CROFT_LENGTH(all), CROFT_LENGTH(small), CROFT_LENGTH(middle), CROFT_LENGTH(large), sum);
}

/* Elements do not move, so a second array may hold their addresses. */
static void linked(void)
{
    CROFT_REGION_BOUNDED(r, 2 << 20);
    points all = CROFT_SEGMENTED_NEW(r, points);
    links odd = CROFT_SEGMENTED_NEW(r, links);
    for (int i = 0; i < 5000; i++) {
        struct point *point = CROFT_APPEND(r, all);
        *point = (struct point){i, i, 0};
        if (i % 2 == 1)
            *CROFT_APPEND(r, odd) = point;
    }
    for (size_t i = 0; i < CROFT_LENGTH(odd); i++)
        (*CROFT_AT(odd, i))->tag = 1;
    int tagged = 0;
    for (size_t i = 0; i < CROFT_LENGTH(all); i++)
        tagged += CROFT_AT(all, i)->tag;
    printf("%d of %zu\n", tagged, CROFT_LENGTH(all));
}

static void reused(void)
{
    CROFT_REGION_BOUNDED(r, 400000);
    words all = CROFT_SEGMENTED_NEW(r, words);
    for (int round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 50000; i++)
            *CROFT_APPEND(r, all) = i + (unsigned)round;
        CROFT_TRUNCATE(all, (size_t)round * 100);
        if (round > 0)
            printf("%u ", *CROFT_AT(all, (size_t)round * 100 - 1));
        if (round % 4 == 3)
            CROFT_TRUNCATE(all, 0);
    }
    printf("%d\n", CROFT_AT(all, 0) == NULL);
}

static void refused(size_t budget)
{
    CROFT_REGION_BOUNDED(r, budget);
    pages all = CROFT_TRY_SEGMENTED_NEW(r, pages);
    int count = 0;
    if (all != NULL)
        for (struct page *page; (page = CROFT_TRY_APPEND(r, all)) != NULL;)
            page->number = count++;
    printf("%d ", count);
}

int main(void)
{
    many_sizes();
    linked();
    reused();
    for (size_t budget = 0; budget < 700000; budget += 20000)
        refused(budget);
    printf("\n");
}
