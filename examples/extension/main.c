/* A VM that uses the extension, first as it should be used, then, in debug mode, as it should not. Exit status 0. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

int vm_new(struct vm *vm, size_t size, const char *type, void (*finish)(void *object), value *out)
{
    croft_request request = {size, 0, type, 1};
    void *object;
    int status = croft_context_alloc(vm->objects, &request, &object);
    if (status != CROFT_OK)
        return status;
    status = croft_handle_open(vm->objects, object, finish, type, out);
    if (status != CROFT_OK)
        croft_context_free(vm->objects, object);
    return status;
}

int vm_keep(struct vm *vm, value object, size_t *index)
{
    if (vm->kept_count == sizeof vm->kept / sizeof *vm->kept)
        return CROFT_LIMIT;
    int status = croft_handle_retain(object);
    if (status == CROFT_OK)
        status = croft_handle_data(object, &vm->kept[vm->kept_count]);
    if (status == CROFT_OK)
        *index = vm->kept_count++;
    return status;
}

int vm_drop(struct vm *vm, size_t index)
{
    int status = croft_context_release(vm->objects, vm->kept[index]);
    if (status == CROFT_OK)
        vm->kept[index] = vm->kept[--vm->kept_count];
    return status;
}

/* Prints a line on what lives. */
static void report(const struct vm *vm, const char *when)
{
    croft_context_statistics_s statistics;
    croft_context_statistics(vm->objects, &statistics);
    printf("%s: %zu objects, %zu handles, %zu bytes of the extension\n", when, statistics.live, statistics.handles,
           words_bytes);
}

static void must(int status, const char *what)
{
    if (status != CROFT_OK) {
        fprintf(stderr, "%s: %s\n", what, croft_status_text(status));
        exit(1);
    }
}

static void use(struct vm *vm)
{
    value one, two, both;
    unsigned count;
    size_t index;
    must(words_new(vm, &one), "words");
    must(words_new(vm, &two), "words");
    must(words_add(one, "A region owns what a region allocates; when the region ends, all of it ends."), "add");
    must(words_add(two, "A handle pins an object; a closed handle is always found out."), "add");
    must(words_merge(vm, one, two, &both), "merge");
    must(words_count(both, "a", &count), "count");
    printf("\"a\": %u times\n", count);
    report(vm, "three tables");
    must(croft_handle_close(one), "close");
    must(croft_handle_close(two), "close");
    report(vm, "two closed");
    must(vm_keep(vm, both, &index), "keep");
    must(croft_handle_close(both), "close");
    report(vm, "one kept");
    printf("a closed handle: %s\n", croft_status_text(words_add(both, "too late")));
    must(vm_drop(vm, index), "drop");
    report(vm, "dropped");
    must(words_new(vm, &one), "words");
    must(words_add(one, "forgotten"), "add");
    report(vm, "forgotten");
}

static void misused(const croft_context_misuse *what, void *argument)
{
    (void)argument;
    printf("misuse: %s: %s\n", what->operation, croft_status_text(what->status));
}

static void leaked(croft_handle handle, void *start, const char *label, const char *backtrace, void *argument)
{
    (void)handle, (void)start, (void)argument;
    printf("leak: a handle of \"%s\"%s\n", label, backtrace != NULL ? ", opened at a known place" : "");
}

int main(void)
{
    struct vm vm;
    memset(&vm, 0, sizeof vm);
    must(croft_context_create(NULL, &vm.objects), "context");
    use(&vm);
    must(croft_context_destroy(vm.objects), "destroy");
    printf("the VM is gone: %zu bytes of the extension\n", words_bytes);

    croft_context_debug debug = {16, 1 << 20, misused, NULL};
    croft_context_options options = {0, NULL, &debug};
    must(croft_context_create(&options, &vm.objects), "context");
    value table, forgotten;
    uint64_t mark;
    must(words_new(&vm, &table), "words");
    must(croft_handle_mark(vm.objects, &mark), "mark");
    must(words_new(&vm, &forgotten), "words");
    must(croft_handle_close(table), "close");
    croft_handle_close(table);
    must(croft_handle_leaks(vm.objects, mark, leaked, NULL), "leaks");
    must(croft_context_destroy(vm.objects), "destroy");
    printf("the VM is gone: %zu bytes of the extension\n", words_bytes);
    return 0;
}
