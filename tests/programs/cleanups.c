/* Cleanups: newest first, at a pop and at a reset, once; early, cancelled, refused past a budget; with runs, in frames and in
 * regions that are handed around; with scopes left in every way. */
#include <croft.h>

#include <stdio.h>
#include <stdlib.h>

struct file {
    int number;
    int *written; /* of the heap */
};

static int open_files;

static void close_file(void *object)
{
    struct file *file = object;
    printf("close %d after %d\n", file->number, *file->written);
    free(file->written);
    open_files--;
}

static struct file *open_file(croft_region r, int number)
{
    struct file *file = CROFT_NEW(r, struct file);
    file->number = number;
    file->written = malloc(sizeof(int));
    if (!file->written)
        exit(1);
    *file->written = 0;
    open_files++;
    croft_cleanup(r, file, close_file);
    return file;
}

static void say(void *object)
{
    printf("say %d\n", *(int *)object);
}

static int leave(int way)
{
    CROFT_REGION(outer);
    struct file *a = open_file(outer, 10 * way);
    for (int i = 0; i < 3; i++) {
        CROFT_REGION(inner);
        struct file *b = open_file(inner, 10 * way + i + 1);
        *b->written = i;
        if (way == 1 && i == 1)
            break;
        if (way == 2 && i == 1)
            return *a->written;
        if (way == 3)
            continue;
        *a->written += 1;
    }
    return *a->written;
}

static void early(void)
{
    CROFT_REGION(r);
    int *numbers = CROFT_ARRAY(r, int, 3);
    for (int i = 0; i < 3; i++)
        numbers[i] = 100 + i;
    croft_registration first = croft_register_cleanup(r, &numbers[0], say);
    croft_registration second = croft_register_cleanup(r, &numbers[1], say);
    croft_cleanup(r, &numbers[2], say);
    croft_run_cleanup(second);
    croft_run_cleanup(second);
    croft_cancel_cleanup(first);
    croft_run_cleanup(first);
    printf("end of early\n");
}

static void with_runs(int before)
{
    CROFT_REGION(r);
    int *number = CROFT_NEW(r, int);
    *number = before;
    if (before)
        croft_cleanup(r, number, say);
    double *large = CROFT_ARRAY(r, double, 10000);
    large[9999] = 1;
    if (!before)
        croft_cleanup(r, number, say);
    for (int i = 0; i < 2; i++) {
        croft_reset(r);
        int *again = CROFT_NEW(r, int);
        *again = 200 + i;
        croft_cleanup(r, again, say);
        large = CROFT_ARRAY(r, double, 5000);
        large[0] = *again;
        croft_cleanup(r, again, say);
    }
}

static void refused(void)
{
    CROFT_REGION_BOUNDED(r, 16 * sizeof(void *));
    int *number = CROFT_NEW(r, int);
    *number = 300;
    int count = 0;
    while (croft_try_register_cleanup(r, number, say))
        count++;
    printf("%d registered\n", count);
}

CROFT_SEGMENTED(numbers, int);

static void busy(void *object)
{
    CROFT_REGION_BOUNDED(own, 1 << 20);
    numbers all = CROFT_SEGMENTED_NEW(own, numbers);
    int sum = 0;
    for (int i = 0; i < 1000; i++)
        *CROFT_APPEND(own, all) = i;
    for (int i = 0; i < 1000; i++)
        sum += *CROFT_AT(all, i);
    printf("busy %d, %d\n", *(int *)object, sum);
}

static croft_region opened(int number)
{
    croft_region r = croft_push();
    int *kept = CROFT_NEW(r, int);
    *kept = number;
    croft_cleanup(r, kept, busy);
    return r;
}

int main(void)
{
    for (int way = 0; way < 4; way++)
        printf("way %d: %d\n", way, leave(way));
    early();
    with_runs(0);
    with_runs(1);
    refused();
    croft_region r = opened(7);
    croft_region s = opened(8);
    croft_pop(s);
    printf("between\n");
    croft_pop(r);
    printf("%d open\n", open_files);
}
