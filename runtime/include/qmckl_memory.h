/*
 * qmckl_memory.h: the memory functions of the library QMCkl, by their own names, over Croft's contexts.
 *
 * A program or library that uses these of QMCkl's functions compiles with this header and links libcroft_runtime.a, built
 * with the feature `qmckl`, instead. Differences: every operation is O(1) on average, whatever is live; a destroyed
 * context, a pointer of another context and an address that is not mapped are errors instead of undefined behaviour; a
 * size of 0 gives a pointer that can be freed.
 *
 * Threads: any thread may call any function. A context must not be destroyed while another thread uses its memory.
 */
#ifndef QMCKL_MEMORY_H
#define QMCKL_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t qmckl_exit_code;
typedef int64_t qmckl_context;

#define QMCKL_NULL_CONTEXT ((qmckl_context)0)

#define QMCKL_SUCCESS ((qmckl_exit_code)0)
#define QMCKL_INVALID_ARG_2 ((qmckl_exit_code)2)
#define QMCKL_INVALID_ARG_3 ((qmckl_exit_code)3)
#define QMCKL_INVALID_CONTEXT ((qmckl_exit_code)103)
#define QMCKL_ALLOCATION_FAILED ((qmckl_exit_code)104)

typedef struct qmckl_memory_info_struct {
    size_t size;
    void *pointer;
} qmckl_memory_info_struct;

static const qmckl_memory_info_struct qmckl_memory_info_struct_zero = {0, NULL};

/* A new context, or QMCKL_NULL_CONTEXT if there is no memory. */
qmckl_context qmckl_context_create(void);

/* The context itself if it exists, else QMCKL_NULL_CONTEXT. */
qmckl_context qmckl_context_check(const qmckl_context context);

/* Ends a context and everything in it: QMCKL_SUCCESS, or QMCKL_INVALID_CONTEXT. */
qmckl_exit_code qmckl_context_destroy(const qmckl_context context);

/*
 * Zeroed memory of info.size bytes at a multiple of 64; info.pointer is not used. NULL if the context is invalid or there is
 * no memory: what QMCkl's own callers then report as QMCKL_ALLOCATION_FAILED. As in the original, no function here returns that
 * code: this one returns a pointer, and the others allocate nothing.
 */
void *qmckl_malloc(qmckl_context context, const qmckl_memory_info_struct info);

/* QMCKL_SUCCESS, QMCKL_INVALID_CONTEXT, or QMCKL_INVALID_ARG_2 if the pointer is not one of this context's. */
qmckl_exit_code qmckl_free(qmckl_context context, void *const pointer);

/*
 * Writes size and address to info: QMCKL_SUCCESS, QMCKL_INVALID_CONTEXT, QMCKL_INVALID_ARG_2 if the pointer is not one of
 * this context's, QMCKL_INVALID_ARG_3 if info is NULL.
 */
qmckl_exit_code qmckl_get_malloc_info(qmckl_context context, const void *pointer, qmckl_memory_info_struct *info);

#ifdef __cplusplus
}
#endif

#endif /* QMCKL_MEMORY_H */
