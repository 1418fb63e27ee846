/* QMCkl's memory functions by their own names: what its own tests and callers do, with nothing but its header. Exit
 * status 0, or the number of the line that failed. */
#include <qmckl_memory.h>

#include <string.h>

#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

/* As QMCkl's own setters: none of the memory functions returns QMCKL_ALLOCATION_FAILED, who calls them does. */
static qmckl_exit_code set_table(qmckl_context context, size_t length, double **out)
{
    qmckl_memory_info_struct info = qmckl_memory_info_struct_zero;
    info.size = length * sizeof(double);
    double *made = (double *)qmckl_malloc(context, info);
    if (made == NULL)
        return QMCKL_ALLOCATION_FAILED;
    *out = made;
    return QMCKL_SUCCESS;
}

int main(void)
{
    qmckl_context context = qmckl_context_create();
    CHECK(context != QMCKL_NULL_CONTEXT);
    CHECK(qmckl_context_check(context) == context);
    CHECK(qmckl_context_check(QMCKL_NULL_CONTEXT) == QMCKL_NULL_CONTEXT);
    CHECK(qmckl_context_check(-1) == QMCKL_NULL_CONTEXT);

    qmckl_memory_info_struct info = qmckl_memory_info_struct_zero;
    info.size = 3 * sizeof(int);
    int *a = (int *)qmckl_malloc(context, info);
    CHECK(a != NULL);
    CHECK((uintptr_t)a % 64 == 0);
    CHECK(a[0] == 0 && a[1] == 0 && a[2] == 0);
    a[0] = 1, a[1] = 2, a[2] = 3;

    info.size = 100000 * sizeof(double);
    double *large = (double *)qmckl_malloc(context, info);
    CHECK(large != NULL && (uintptr_t)large % 64 == 0);
    for (int i = 0; i < 100000; i++)
        CHECK(large[i] == 0.0);
    memset(large, 0xff, info.size);

    qmckl_memory_info_struct got = qmckl_memory_info_struct_zero;
    CHECK(qmckl_get_malloc_info(context, a, &got) == QMCKL_SUCCESS);
    CHECK(got.size == 3 * sizeof(int) && got.pointer == a);
    CHECK(qmckl_get_malloc_info(context, large, &got) == QMCKL_SUCCESS);
    CHECK(got.size == 100000 * sizeof(double) && got.pointer == large);
    CHECK(qmckl_get_malloc_info(context, NULL, &got) == QMCKL_INVALID_ARG_2);
    CHECK(qmckl_get_malloc_info(context, &got, &got) == QMCKL_INVALID_ARG_2);
    CHECK(qmckl_get_malloc_info(context, a + 1, &got) == QMCKL_INVALID_ARG_2);
    CHECK(qmckl_get_malloc_info(context, (void *)16, &got) == QMCKL_INVALID_ARG_2);
    CHECK(qmckl_get_malloc_info(context, a, NULL) == QMCKL_INVALID_ARG_3);
    CHECK(qmckl_get_malloc_info(QMCKL_NULL_CONTEXT, a, &got) == QMCKL_INVALID_CONTEXT);

    CHECK(qmckl_malloc(QMCKL_NULL_CONTEXT, info) == NULL);
    double *table = NULL;
    CHECK(set_table(context, 100, &table) == QMCKL_SUCCESS && table[99] == 0.0);
    CHECK(qmckl_free(context, table) == QMCKL_SUCCESS);
    CHECK(set_table(context, SIZE_MAX / sizeof *table, &table) == 104);
    info.size = SIZE_MAX;
    CHECK(qmckl_malloc(context, info) == NULL);
    info.size = 0;
    void *empty = qmckl_malloc(context, info), *other = qmckl_malloc(context, info);
    CHECK(empty != NULL && other != NULL && empty != other);
    CHECK(qmckl_free(context, empty) == QMCKL_SUCCESS);

    CHECK(qmckl_free(QMCKL_NULL_CONTEXT, a) == QMCKL_INVALID_CONTEXT);
    CHECK(qmckl_free(context, NULL) == QMCKL_INVALID_ARG_2);
    CHECK(a[2] == 3);
    CHECK(qmckl_free(context, a) == QMCKL_SUCCESS);
    CHECK(qmckl_free(context, a) == QMCKL_INVALID_ARG_2);
    CHECK(qmckl_free(context, large) == QMCKL_SUCCESS);
    CHECK(qmckl_free(context, large) == QMCKL_INVALID_ARG_2);

    CHECK(qmckl_context_destroy(context) == QMCKL_SUCCESS);
    CHECK(qmckl_context_destroy(context) == QMCKL_INVALID_CONTEXT);
    CHECK(qmckl_context_check(context) == QMCKL_NULL_CONTEXT);
    CHECK(qmckl_free(context, other) == QMCKL_INVALID_CONTEXT);
    CHECK(qmckl_get_malloc_info(context, other, &got) == QMCKL_INVALID_CONTEXT);
    qmckl_context next = qmckl_context_create();
    CHECK(next != context);
    CHECK(qmckl_context_check(context) == QMCKL_NULL_CONTEXT);
    CHECK(qmckl_context_destroy(next) == QMCKL_SUCCESS);
    return 0;
}
